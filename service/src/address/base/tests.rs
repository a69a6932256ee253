//! The comparison of addresses: what is the same, and every trick that must not be.

use super::*;
use proptest::prelude::*;

fn base(text: &str) -> AllowedBase {
    AllowedBase::parse(text, &[]).unwrap()
}

/// What must be neither the server nor a page of it.
const TRICKS: &[&str] = &[
    "https://fhir.ehr.org.evil.com/api/fhir",
    "https://fhir.ehr.org@evil.com/api/fhir",
    "https://fhir.ehr.org:443@evil.com/api/fhir",
    "https://user@fhir.ehr.org/api/fhir",
    "https://user:pass@fhir.ehr.org/api/fhir",
    "https://@fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org:8443/api/fhir",
    "https://fhir.ehr.org:80/api/fhir",
    "https://fhir.ehr.org:0443/api/fhir",
    "https://fhir.ehr.org:/api/fhir",
    "http://fhir.ehr.org/api/fhir",
    "ftp://fhir.ehr.org/api/fhir",
    "https:fhir.ehr.org/api/fhir",
    "https:/fhir.ehr.org/api/fhir",
    "https:///fhir.ehr.org/api/fhir",
    "//fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org./api/fhir",
    "https://evil.com/https://fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org/api/fhir/../admin",
    "https://fhir.ehr.org/api/fhir/..",
    "https://fhir.ehr.org/api/fhir/.",
    "https://fhir.ehr.org/api/./fhir",
    "https://fhir.ehr.org/api/fhir/%2e%2e/admin",
    "https://fhir.ehr.org/api/fhir/%2E%2e/admin",
    "https://fhir.ehr.org/api/fhir/.%2e/admin",
    "https://fhir.ehr.org/api/fhir/%252e%252e/admin",
    "https://fhir.ehr.org/api/fhir%2f..%2fadmin",
    "https://fhir.ehr.org/api%2Ffhir",
    "https://fhir.ehr.org/api/fhir%5c..%5cadmin",
    "https://fhir.ehr.org/api/fhir/..;/admin",
    "https://fhir.ehr.org/api/fhir;a=b",
    "https://fhir.ehr.org/api/fhir//",
    "https://fhir.ehr.org//api/fhir",
    "https://fhir.ehr.org/api//fhir",
    "https://fhir.ehr.org\\api\\fhir",
    "https://fhir.ehr.org\\@evil.com/api/fhir",
    "https://evil.com\\@fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org/api/fhir#x",
    "https://fhir.ehr.org/api/fhir\u{0}",
    "https://fhir.ehr.org/api/fhir%00",
    "https://fhir.ehr.org/api/fhir%0d%0aX:y",
    "https://fhir.ehr.org/api/fhir%",
    "https://fhir.ehr.org/api/fhir%zz",
    " https://fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org/api/fhir ",
    "https://fhir.ehr.org/api/\tfhir",
    "https://fhir.ehr.org/api/fhir\n",
    "https://fhir.\u{435}hr.org/api/fhir",
    "https://xn--fhir-xyz.org/api/fhir",
    "https://\u{ff46}hir.ehr.org/api/fhir",
    "https://fhir%2eehr.org/api/fhir",
    "https://f%68ir.ehr.org/api/fhir",
    "https://fhir.ehr.org%00.evil.com/api/fhir",
    "https://fhir.ehr.org%40evil.com/api/fhir",
    "https://evil.com?https://fhir.ehr.org/api/fhir",
    "https://evil.com#https://fhir.ehr.org/api/fhir",
    "https://fhir.ehr.org/api/fhi",
    "https://fhir.ehr.org/api/fhirx",
    "https://fhir.ehr.org/API/FHIR",
    "https://fhir.ehr.org/api",
    "https://fhir.ehr.org",
    "https://ehr.org/api/fhir",
    "https://x.fhir.ehr.org/api/fhir",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://",
    "",
];

#[test]
fn the_server_itself_is_admitted_in_each_plain_form() {
    let base = base("https://fhir.ehr.org/api/fhir");
    for same in [
        "https://fhir.ehr.org/api/fhir",
        "https://fhir.ehr.org/api/fhir/",
        "https://fhir.ehr.org:443/api/fhir",
        "https://FHIR.EHR.ORG/api/fhir",
        "HTTPS://fhir.ehr.org/api/fhir",
    ] {
        assert!(base.admits(same), "{same}");
    }
    assert!(!base.admits("https://fhir.ehr.org/api/fhir?x=y"));
    assert!(!base.admits("https://fhir.ehr.org/api/fhir/Patient"));
}

#[test]
fn no_trick_is_admitted_as_the_server_or_followed_as_a_page_of_it() {
    let base = base("https://fhir.ehr.org/api/fhir");
    for trick in TRICKS {
        assert!(!base.admits(trick), "{trick}");
        assert_eq!(base.follow(trick), None, "{trick}");
    }
}

#[test]
fn tricks_with_addresses_are_not_the_registered_address() {
    let base = base("https://127.0.0.1/fhir");
    for trick in [
        "https://2130706433/fhir",
        "https://0x7f000001/fhir",
        "https://0x7f.1/fhir",
        "https://127.1/fhir",
        "https://0177.0.0.1/fhir",
        "https://127.0.0.1./fhir",
        "https://[::ffff:127.0.0.1]/fhir",
        "https://[::ffff:7f00:1]/fhir",
        "https://[::1]/fhir",
        "https://localhost/fhir",
        "https://\u{2460}27.0.0.1/fhir",
    ] {
        assert!(!base.admits(trick), "{trick}");
        assert_eq!(base.follow(trick), None, "{trick}");
    }
    assert!(base.admits("https://127.0.0.1/fhir"));
}

#[test]
fn pages_under_the_base_are_followed_absolute_and_relative() {
    let base = base("https://fhir.ehr.org/api/fhir");
    for (link, leads_to) in [
        (
            "https://fhir.ehr.org/api/fhir?_getpages=1&x=a|b",
            "https://fhir.ehr.org/api/fhir?_getpages=1&x=a|b",
        ),
        (
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
        ),
        (
            "https://fhir.ehr.org:443/api/fhir/_page/a%3D",
            "https://fhir.ehr.org/api/fhir/_page/a%3D",
        ),
        (
            "Condition?page=2",
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
        ),
        (
            "Condition?from=https://x/../y",
            "https://fhir.ehr.org/api/fhir/Condition?from=https://x/../y",
        ),
        ("?_getpages=1", "https://fhir.ehr.org/api/fhir?_getpages=1"),
        (
            "/api/fhir/Condition?page=2",
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
        ),
    ] {
        assert_eq!(
            base.follow(link).map(|followed| String::from(followed.url)),
            Some(leads_to.to_owned()),
            "{link}"
        );
    }
    for link in [
        "/admin",
        "/api/fhirx",
        "../admin",
        "Condition/../../admin",
        "//evil.com/api/fhir",
        "/api/fhir/..",
        "",
    ] {
        assert_eq!(base.follow(link), None, "{link}");
    }
}

#[test]
fn a_base_at_the_root_admits_its_origin_only() {
    let base = base("https://fhir.ehr.org");
    assert!(base.admits("https://fhir.ehr.org/") && base.admits("https://fhir.ehr.org"));
    assert!(!base.admits("https://fhir.ehr.org/x"));
    assert_eq!(base.join("Patient/1").as_str(), "https://fhir.ehr.org/Patient/1");
    assert!(base.follow("Condition?x=1").is_some());
    assert_eq!(base.follow("https://fhir.ehr.org.evil.com/"), None);
}

#[test]
fn what_cannot_be_compared_without_doubt_is_not_registered() {
    for (text, why) in [
        ("fhir.ehr.org/r4", InvalidBase::NotPlain),
        ("https://fhir.ehr.org/r4?x=y", InvalidBase::NotPlain),
        ("https://fhir.ehr.org/r4#x", InvalidBase::NotPlain),
        ("https://fhir.ehr.org./r4", InvalidBase::NotPlain),
        ("https://user@fhir.ehr.org/r4", InvalidBase::NotPlain),
        ("https://fhir.ehr.org/a/../r4", InvalidBase::NotPlain),
        ("https://fhir.ehr.org//r4", InvalidBase::NotPlain),
        ("https://2130706433/r4", InvalidBase::NotPlain),
        ("https://k\u{f6}ln.example/r4", InvalidBase::NotPlain),
        ("http://fhir.ehr.org/r4", InvalidBase::NotHttps),
        ("http://10.0.0.1/r4", InvalidBase::NotHttps),
        ("https://169.254.169.254/latest", InvalidBase::Address),
        ("https://0.0.0.0/r4", InvalidBase::Address),
        ("https://[::]/r4", InvalidBase::Address),
        ("https://[::ffff:a00:1]/r4", InvalidBase::Address),
        ("https://224.0.0.1/r4", InvalidBase::Address),
    ] {
        assert_eq!(AllowedBase::parse(text, &[]).unwrap_err(), why, "{text}");
    }
    for text in [
        "http://127.0.0.1:8080/fhir",
        "http://[::1]:8080/fhir",
        "http://localhost/fhir",
        "https://10.0.0.1/r4",
    ] {
        assert!(AllowedBase::parse(text, &[]).is_ok(), "{text}");
    }
}

#[test]
fn what_is_written_with_another_address_of_the_server_is_taken_for_it_and_asked_of_the_registered_one() {
    let base = base("https://fhir.ehr.org/api/fhir")
        .with_alias("http://fhir-internal:8080/fhir-server")
        .and_then(|base| base.with_alias("https://proxy.ehr.org"))
        .unwrap();
    for alias in [
        "http://fhir-internal:8080/fhir-server",
        "http://fhir-internal:8080/fhir-server/",
        "https://proxy.ehr.org/",
    ] {
        assert!(base.admits(alias), "{alias}");
    }
    for (link, leads_to) in [
        (
            "http://fhir-internal:8080/fhir-server/Condition?page=2",
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
        ),
        (
            "http://fhir-internal:8080/fhir-server?_getpages=a%3D&x=a|b",
            "https://fhir.ehr.org/api/fhir?_getpages=a%3D&x=a|b",
        ),
        (
            "https://proxy.ehr.org/Condition/_page/a%20b",
            "https://fhir.ehr.org/api/fhir/Condition/_page/a%20b",
        ),
        (
            "/fhir-server/Condition?page=2",
            "https://fhir.ehr.org/api/fhir/Condition?page=2",
        ),
    ] {
        let followed = base.follow(link).unwrap();
        assert_eq!(
            (followed.url.as_str(), followed.by_alias),
            (leads_to, true),
            "{link}"
        );
    }
    let own = base.follow("Condition?page=2").unwrap();
    assert!(!own.by_alias);
    assert_eq!(
        base.addresses().collect::<Vec<_>>(),
        [
            "https://fhir.ehr.org/api/fhir",
            "http://fhir-internal:8080/fhir-server",
            "https://proxy.ehr.org"
        ]
    );
}

#[test]
fn no_trick_is_an_alias() {
    let base = base("https://registered.example/r4")
        .with_alias("https://fhir.ehr.org/api/fhir")
        .unwrap();
    for trick in TRICKS {
        assert!(!base.admits(trick), "{trick}");
        assert_eq!(base.follow(trick), None, "{trick}");
    }
    for odd in [
        "fhir-internal/fhir",
        "https://a@b",
        "https://a/b?c",
        "https://a/../b",
        "ftp://a",
    ] {
        let registered = AllowedBase::parse("https://registered.example/r4", &[]).unwrap();
        assert_eq!(registered.with_alias(odd), Err(InvalidBase::NotPlain), "{odd}");
    }
}

const HOST: &str = "[a-z]([a-z0-9]{0,6})(\\.[a-z][a-z0-9]{0,6}){1,3}";
const PATH: &str = "(/[A-Za-z0-9_-]{1,8}){0,4}";

proptest! {
    #[test]
    fn a_base_admits_itself_and_follows_what_is_under_it(host in HOST, path in PATH, rest in "(/[A-Za-z0-9-]{1,8}){0,3}", query in "[a-z0-9=&|,.:/-]{0,20}") {
        let text = format!("https://{host}{path}");
        let base = base(&text);
        prop_assert!(base.admits(&text));
        let trailing = format!("{text}/");
        prop_assert!(base.admits(&trailing));
        let link = format!("{text}{rest}?{query}");
        prop_assert!(base.follow(&link).is_some());
    }

    #[test]
    fn another_host_scheme_port_or_path_is_never_the_base(host in HOST, other in HOST, path in PATH, port in 1u16.., more in "[A-Za-z0-9.@:_-]{1,8}") {
        let base = base(&format!("https://{host}{path}"));
        let mut different = vec![
            format!("https://{host}.{other}{path}"),
            format!("https://{other}.{host}{path}"),
            format!("https://{host}@{other}{path}"),
            format!("https://{host}:{host}@{other}{path}"),
            format!("http://{host}{path}"),
            format!("https://{other}/{host}{path}"),
            format!("https://{host}{path}/{more}"),
        ];
        if port != 443 { different.push(format!("https://{host}:{port}{path}")); }
        if other != host { different.push(format!("https://{other}{path}")); }
        for text in different {
            prop_assert!(!base.admits(&text), "{}", text);
        }
    }

    #[test]
    fn whatever_is_followed_is_under_the_base(link in "(https://a\\.b|http://c\\.d:8080/e|//|/|\\\\|)?[a-zA-Z./%25eEfFcC;:@?#\\\\ -]{0,24}") {
        let base = base("https://a.b/f").with_alias("http://c.d:8080/e/f").unwrap();
        if let Some(followed) = base.follow(&link) {
            let url = followed.url;
            prop_assert_eq!(url.origin().ascii_serialization(), "https://a.b");
            prop_assert!(url.path() == "/f" || url.path().starts_with("/f/"), "{}", url);
            let decoded = url.path().replace("%2e", ".").replace("%2E", ".");
            prop_assert!(!decoded.split('/').any(|segment| segment == ".." || segment == "."));
        }
    }

    #[test]
    fn no_text_panics_and_what_is_admitted_parses_to_the_same_place(text in "\\PC{0,60}") {
        let base = base("https://fhir.ehr.org/api/fhir");
        prop_assert!(!base.admits(&text) || text.to_ascii_lowercase().starts_with("https://fhir.ehr.org"));
        let _ = base.follow(&text);
    }
}
