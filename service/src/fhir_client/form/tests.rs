//! The order of the forms, and that it ends.

use super::*;

fn traits(results: &[&str], codes: usize, length: usize) -> Traits {
    let all = results
        .iter()
        .map(|name| ResultParameters::of(name))
        .fold(ResultParameters::default(), ResultParameters::with);
    Traits {
        results: all,
        turns: true,
        codes,
        length,
    }
}

fn brief(form: Form) -> String {
    let mut parts = vec![if form.post { "POST" } else { "GET" }.to_owned()];
    parts.extend(form.subject.then(|| "subject".to_owned()));
    parts.extend(form.without.names().map(|name| format!("-{name}")));
    parts.extend((form.codes < usize::MAX).then(|| format!("{} codes", form.codes)));
    parts.join(" ")
}

/// Every form that is tried after the first one, if each is refused in this way.
fn tried(traits: Traits, why: Why, named: Named) -> Vec<String> {
    let mut negotiation = Negotiation::begin(traits, Form::PLAIN);
    let refusal = Refusal {
        named,
        ..Refusal::from(why)
    };
    std::iter::from_fn(|| negotiation.next(&refusal).map(brief)).collect()
}

#[test]
fn a_refusal_without_a_word_tries_what_most_servers_stumble_over_first() {
    let observations = traits(&["_sort", "_count"], 40, 2000);
    assert_eq!(
        tried(observations, Why::BadRequest, Named::default()),
        [
            "GET -_sort",
            "POST -_sort",
            "GET subject -_sort",
            "GET -_sort 10 codes",
            "GET -_sort -_count",
            "GET -_sort 1 codes",
            "GET -_sort -_count 1 codes",
        ]
    );
    assert_eq!(
        tried(traits(&["_count"], 0, 80), Why::BadRequest, Named::default()),
        ["GET subject", "GET -_count", "GET subject -_count"]
    );
}

#[test]
fn what_the_server_names_is_left_out_at_once() {
    let named = Named {
        results: ResultParameters::SORT,
        ..Named::default()
    };
    let observations = traits(&["_sort", "_count"], 40, 2000);
    let forms = tried(observations, Why::BadRequest, named);
    assert_eq!(forms[0], "GET -_sort");
    let code = Named {
        code: true,
        ..Named::default()
    };
    assert_eq!(
        tried(observations, Why::BadRequest, code)[..2],
        ["GET 10 codes", "GET 1 codes"]
    );
    // A parameter that the search does not have is not the reason.
    let forms = tried(traits(&["_count"], 0, 80), Why::BadRequest, named);
    assert_eq!(forms[0], "GET subject");
}

#[test]
fn each_status_has_forms_of_its_own_and_none_goes_on_for_ever() {
    let long = traits(&["_count"], 30, 1500);
    let short = traits(&["_count"], 0, 80);
    for (traits, why, expected) in [
        (long, Why::TooLong, &["POST", "GET 10 codes", "GET 1 codes"][..]),
        (short, Why::NotFound, &["GET -_count"]),
        (short, Why::Forbidden, &["GET -_count"]),
        (long, Why::Unauthorised, &[]),
        (long, Why::ServerError, &[]),
        (long, Why::Html, &[]),
    ] {
        assert_eq!(tried(traits, why, Named::default()), expected, "{why:?}");
    }
    for why in Why::ALL {
        for results in [&["_sort", "_count", "_total"][..], &[]] {
            for code in [false, true] {
                let named = Named {
                    results: ResultParameters::COUNT,
                    patient: code,
                    code,
                };
                let forms = tried(traits(results, 200, 9000), *why, named);
                assert!(forms.len() < MOST_FORMS, "{why:?}");
                let mut distinct = forms.clone();
                distinct.sort();
                distinct.dedup();
                assert_eq!(distinct.len(), forms.len(), "{why:?}: {forms:?}");
            }
        }
    }
}

#[test]
fn a_post_that_is_not_taken_goes_as_get_and_in_parts_if_that_is_too_long() {
    let mut negotiation = Negotiation::begin(traits(&[], 30, 1500), Form::PLAIN);
    let mut next = |why: Why| negotiation.next(&why.into()).map(brief);
    assert_eq!(next(Why::TooLong).as_deref(), Some("POST"));
    assert_eq!(next(Why::NotSupported).as_deref(), Some("GET 10 codes"));
    let posted = Form {
        post: true,
        ..Form::PLAIN
    };
    let mut negotiation = Negotiation::begin(traits(&[], 30, 1500), posted);
    let next = negotiation.next(&Why::NotSupported.into()).map(brief);
    assert_eq!(next.as_deref(), Some("GET"));
    // Where neither method was the reason the parameters may be.
    let mut negotiation = Negotiation::begin(traits(&["_count"], 0, 80), Form::PLAIN);
    let forms: Vec<String> =
        std::iter::from_fn(|| negotiation.next(&Why::NotSupported.into()).map(brief)).collect();
    assert_eq!(forms, ["POST", "GET -_count"]);
}
