//! What of a table may be shown: no count of so few that somebody may be known by it, and none that follows from the others.

/// A count, or that it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// So many.
    Count(u64),
    /// Few, or what would tell how few.
    Masked,
}

/// Whether somebody may be known by a count: some, and fewer than `least`.
pub(super) fn is_few(count: u64, least: u64) -> bool {
    (1..least).contains(&count)
}

/// A count from which nothing else follows.
pub(super) fn alone(count: u64, least: u64) -> Cell {
    match is_few(count, least) {
        true => Cell::Masked,
        false => Cell::Count(count),
    }
}

/// The cells of a table whose sum is known, each patient in one of them: those below `least` are not shown, nor as many more
/// as it takes that what is not shown is at least two cells and `least` patients.
pub(super) fn of_sum(counts: &[u64], least: u64) -> Vec<Cell> {
    let mut masked: Vec<bool> = counts.iter().map(|count| is_few(*count, least)).collect();
    loop {
        let hidden = || counts.iter().zip(&masked).filter(|(_, masked)| **masked);
        let (cells, sum) = (hidden().count(), hidden().map(|(count, _)| count).sum::<u64>());
        if cells == 0 || (cells > 1 && sum >= least) {
            break;
        }
        let shown = counts.iter().enumerate().zip(&masked);
        let shown = shown.filter(|((_, count), masked)| !**masked && **count > 0);
        let Some(((smallest, _), _)) = shown.min_by_key(|((_, count), _)| **count) else {
            break;
        };
        match masked.get_mut(smallest) {
            Some(masked) => *masked = true,
            None => break,
        }
    }
    let cell = |(count, masked): (&u64, bool)| if masked { Cell::Masked } else { Cell::Count(*count) };
    counts.iter().zip(masked).map(cell).collect()
}

/// A count of some out of all, whose rest follows from it.
pub(super) fn of_all(count: u64, all: u64, least: u64) -> Cell {
    match is_few(count, least) || is_few(all.saturating_sub(count), least) {
        true => Cell::Masked,
        false => Cell::Count(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_are_not_shown_nor_what_would_tell_how_few() {
        let masked = |counts: &[u64]| -> Vec<Option<u64>> {
            let shown = |cell: Cell| match cell {
                Cell::Count(count) => Some(count),
                Cell::Masked => None,
            };
            of_sum(counts, 10).into_iter().map(shown).collect()
        };
        assert_eq!(masked(&[20, 0, 30]), [Some(20), Some(0), Some(30)]);
        assert_eq!(masked(&[20, 3, 30]), [None, None, Some(30)]);
        assert_eq!(masked(&[5, 6, 30]), [None, None, Some(30)]);
        assert_eq!(masked(&[1, 2, 30, 12]), [None, None, Some(30), None]);
        assert_eq!(masked(&[4, 0]), [None, Some(0)]);
        assert_eq!(of_all(4, 100, 10), Cell::Masked);
        assert_eq!(of_all(96, 100, 10), Cell::Masked);
        assert_eq!(of_all(0, 100, 10), Cell::Count(0));
        assert_eq!(of_all(100, 100, 10), Cell::Count(100));
        assert_eq!(of_all(3, 3, 1), Cell::Count(3));
    }

    proptest! {
        #[test]
        fn the_rest_of_a_table_tells_of_no_few(counts in proptest::collection::vec(0_u64..40, 0..8), least in 1_u64..12) {
            let cells = of_sum(&counts, least);
            let hidden: Vec<u64> = counts.iter().zip(&cells).filter(|(_, cell)| **cell == Cell::Masked).map(|(count, _)| *count).collect();
            prop_assert!(counts.iter().zip(&cells).all(|(count, cell)| *cell == Cell::Masked || *count == 0 || *count >= least));
            let nothing_shown = counts.iter().zip(&cells).all(|(count, cell)| *cell == Cell::Masked || *count == 0);
            prop_assert!(hidden.is_empty() || nothing_shown || (hidden.len() > 1 && hidden.iter().sum::<u64>() >= least));
        }
    }
}
