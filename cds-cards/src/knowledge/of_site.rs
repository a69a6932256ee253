//! Which rules are a site's own: no longer as they come with the service, so that no card says them to be the review's.

use super::model::{Criterion, Knowledge, Subject, Test};

/// Marks the criteria whose rule is not that of `built_in`, those that read the grade of another table among them, and in each
/// option the criteria that have another place in it or none.
pub(super) fn mark(knowledge: &mut Knowledge, built_in: &Knowledge) {
    let is_graded_otherwise = knowledge.grade != built_in.grade;
    for criterion in knowledge.criteria.values_mut() {
        let known = built_in.criteria.get(&criterion.id);
        let is_same = known.is_some_and(|known| is_same(criterion, known));
        criterion.of_site = !is_same || is_graded_otherwise && reads_grade(criterion);
    }
    for option in &mut knowledge.options {
        let known = built_in.option(&option.id);
        let stands = |used| known.is_some_and(|known| known.criteria.contains(used));
        let own = option.criteria.iter().filter(|used| !stands(used));
        option.of_site = own.map(|(id, _)| id.clone()).collect();
    }
}

/// Whether the same comes out; words may differ.
fn is_same(one: &Criterion, other: &Criterion) -> bool {
    one.test == other.test && one.where_missing == other.where_missing
}

fn reads_grade(criterion: &Criterion) -> bool {
    matches!(
        &criterion.test,
        Test::Words {
            subject: Subject::Grade,
            ..
        }
    )
}
