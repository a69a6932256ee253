//! The knowledge pages: one for each option, every quote that a card cites, headers, weight, links that resolve.

mod common;

use common::{Answer, Service, demo, start};
use std::collections::BTreeSet;

/// All that a first visit fetches, in bytes.
const HEAVIEST: usize = 100_000;

/// Every value of an attribute.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    html.split(&start)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default().replace("&#x2f;", "/"))
        .collect()
}

/// An address as a browser resolves it against the page's path.
fn resolved(page: &str, link: &str) -> String {
    let link = link.split('#').next().unwrap_or_default();
    if link.is_empty() {
        return page.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for step in link.split('/') {
        match step {
            "." => {}
            ".." => drop(parts.pop()),
            step => parts.push(step),
        }
    }
    if link.ends_with("./") {
        parts.push("");
    }
    parts.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let path = parts.join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}

fn page(service: &Service, path: &str) -> Answer {
    let answer = service.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert!(
        answer.head.contains("content-type: text/html; charset=utf-8"),
        "{path}"
    );
    answer
}

fn option_ids(service: &Service) -> BTreeSet<String> {
    let index = page(service, "/knowledge");
    attributes(&index.body, "href")
        .into_iter()
        .filter_map(|link| link.strip_prefix("knowledge/").map(str::to_owned))
        .collect()
}

#[test]
fn every_option_has_its_page() {
    let service = demo();
    let ids = option_ids(&service);
    let folders = concat!(env!("CARGO_MANIFEST_DIR"), "/../cds-cards/knowledge/options");
    let known: BTreeSet<String> = std::fs::read_dir(folders)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(ids, known);
    for id in ids {
        let html = page(&service, &format!("/knowledge/{id}")).body;
        assert!(html.contains(&format!("<code>{id}</code>")), "{id}");
        assert!(html.contains("<blockquote>"), "{id} quotes nothing");
    }
}

#[test]
fn every_rule_on_which_reading_counts_stands_on_its_page() {
    let service = demo();
    let index = page(&service, "/knowledge").body;
    let links: Vec<String> = attributes(&index, "href")
        .iter()
        .map(|link| resolved("/knowledge", link))
        .collect();
    assert!(links.iter().any(|link| link == "/knowledge/which-reading"));
    let html = page(&service, "/knowledge/which-reading").body;
    for rule in fhir_profiles::recency::RULES {
        assert!(html.contains(&format!("<tr id=\"{}\">", rule.id)), "{}", rule.id);
        for text in [rule.case, rule.counts, rule.shown] {
            assert!(html.contains(text), "{}: {text}", rule.id);
        }
    }
}

#[test]
fn limits_quotes_figures_and_what_came_since_stand_on_a_page() {
    let service = demo();
    let html = page(&service, "/knowledge/transarterial-chemoembolisation").body;
    assert!(html.contains("Review advises against unless"));
    let html = page(&service, "/knowledge/radiofrequency-ablation").body;
    for part in [
        "&lt; 5 cm",
        "Largest liver lesion 4.9 cm",
        "Largest liver lesion 5.1 cm",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let html = page(&service, "/knowledge/liver-transplantation").body;
    for part in [
        "stable for 6 months",
        "stable for 6 months less a day",
        "Age 54 years",
        "Age 55 years",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let html = page(&service, "/knowledge/sunitinib").body;
    for part in ["Correction", "Disc1", "Since publication", "Read in:"] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn the_examples_at_the_limits_are_those_of_the_specification() {
    let service = demo();
    let html = page(&service, "/knowledge").body;
    for (given, grade) in [
        ("Ki-67 2.9 %", "G1"),
        ("Ki-67 3 %", "G2"),
        ("Ki-67 20 %", "G2"),
        ("Ki-67 20.1 %", "G3"),
        ("Mitotic count 1.9 per 10 HPF", "G1"),
        ("Mitotic count 2 per 10 HPF", "G2"),
        ("Mitotic count 20.1 per 10 HPF", "G3"),
    ] {
        assert!(
            html.contains(&format!("<td>{given}</td><td>{grade}</td>")),
            "{given}"
        );
    }
    for (size, enets, ajcc) in [
        ("1.9", "T1", "T1"),
        ("2", "T2", "T1 or T2"),
        ("4", "T2", "T2"),
        ("4.1", "T3", "T2"),
    ] {
        let row = format!("<td>Primary tumour size {size} cm</td><td>{enets}</td><td>{ajcc}</td>");
        assert!(html.contains(&row), "{row}");
    }
}

#[test]
fn every_statement_that_the_knowledge_cites_is_quoted_on_some_page() {
    let service = demo();
    let mut pages = page(&service, "/knowledge").body;
    for id in option_ids(&service) {
        pages.push_str(&page(&service, &format!("/knowledge/{id}")).body);
    }
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../cds-cards/knowledge");
    let criteria = std::fs::read_to_string(format!("{root}/criteria.toml")).unwrap();
    let package = std::fs::read_to_string(format!("{root}/package.toml")).unwrap();
    let mut cited = BTreeSet::new();
    for line in criteria
        .lines()
        .chain(package.lines())
        .filter(|line| line.starts_with("statements = "))
    {
        cited.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    assert!(cited.len() > 50, "{}", cited.len());
    // What only says when an aspect that changes no verdict applies is quoted with the aspect.
    let missing: Vec<&String> = cited
        .iter()
        .filter(|id| !pages.contains(&format!("<span class=\"id\">{id}</span>")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn all_attributes_the_hash_and_what_changed_stand_on_the_index() {
    let service = demo();
    let html = page(&service, "/knowledge").body;
    assert!(html.contains("sha256:"));
    let section = html
        .split("id=\"attributes\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    assert_eq!(section.matches("<dt>").count(), 13);
    assert!(html.contains("as it comes with the service"));
    assert!(html.contains("<dt>1.0.0</dt>"));
}

#[test]
fn every_link_resolves() {
    let service = demo();
    let mut open = vec!["/knowledge".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = service.get(&path);
        assert_eq!(answer.status, 200, "{path}");
        if !answer.head.contains("text/html") || !path.starts_with("/knowledge") {
            continue;
        }
        for link in attributes(&answer.body, "href") {
            if link.starts_with("https://") {
                continue;
            }
            if let Some((_, anchor)) = link.split_once('#') {
                assert!(answer.body.contains(&format!(" id=\"{anchor}\"")), "{path}{link}");
            }
            open.push(resolved(&path, &link));
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn every_page_keeps_foreign_content_out() {
    let service = demo();
    for path in ["/knowledge", "/knowledge/prrt", "/knowledge/nothing"] {
        let answer = service.get(path);
        let policy = answer
            .head
            .lines()
            .find(|line| line.starts_with("content-security-policy:"))
            .unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'),
            "{policy}"
        );
        for header in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
        ] {
            assert!(answer.head.contains(header), "{path}: {header}");
        }
        for word in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
            assert!(!answer.body.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn a_page_and_its_files_are_light_and_kept_by_browsers() {
    let service = demo();
    for id in option_ids(&service)
        .into_iter()
        .map(|id| format!("/{id}"))
        .chain([String::new()])
    {
        let path = format!("/knowledge{id}");
        let html = page(&service, &path);
        let mut weight = html.body.len();
        for file in attributes(&html.body, "href")
            .into_iter()
            .chain(attributes(&html.body, "src"))
        {
            if file.contains("static/") {
                let file = service.get(&resolved(&path, &file));
                assert!(file.head.contains("immutable"), "{}", file.head);
                weight += file.body.len();
            }
        }
        assert!(weight < HEAVIEST, "{path}: {weight} bytes");
        let tag = html
            .head
            .lines()
            .find_map(|line| line.strip_prefix("etag: "))
            .unwrap();
        let again = service.request("GET", &path, &[&format!("If-None-Match: {tag}")], b"");
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }
}

#[test]
fn an_unknown_option_gets_a_page_that_lists_the_options() {
    let answer = demo().get("/knowledge/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("There is no option with this id"));
    assert!(!answer.body.contains("alert"), "{}", answer.body);
}

#[test]
fn with_the_pages_off_nothing_is_there() {
    let service = start("demo.enabled = true\nworkbench.enabled = false\n");
    for path in ["/knowledge", "/knowledge/prrt", "/static/style.css"] {
        service.get(path).is_error(404, "unknown-path");
        service
            .request("DELETE", path, &[], b"")
            .is_error(404, "unknown-path");
    }
    let cards = service.hook(&common::prefetched(common::WITH_PNET)).cards();
    assert!(cards.iter().all(|card| card.get("links").is_none()));
}

#[test]
fn cards_link_to_pages_that_are_there() {
    let service = start("demo.enabled = true\ncards.detail = \"full\"\n");
    let mut linked = 0;
    for card in service.hook(&common::prefetched(common::WITH_PNET)).cards() {
        for link in card["links"].as_array().into_iter().flatten() {
            assert_eq!(link["type"], "absolute");
            let url = link["url"].as_str().unwrap();
            let path = url.strip_prefix(&format!("http://{}", service.address)).unwrap();
            page(&service, path);
            linked += 1;
        }
    }
    assert!(linked > 5, "{linked}");
}

#[test]
fn in_production_cards_link_to_the_public_address_and_nowhere_without_one() {
    let public = start(
        "demo.enabled = false\nserver.public_url = \"https://cds.example.org/pnet\"\nworkbench.enabled = true\n",
    );
    let cards = public.hook(&common::prefetched(common::WITH_PNET)).cards();
    assert_eq!(
        cards[0]["links"][0]["url"],
        "https://cds.example.org/pnet/knowledge"
    );
    for settings in [
        "workbench.enabled = true\n",
        "server.public_url = \"https://cds.example.org\"\n",
    ] {
        let cards = start(&format!("demo.enabled = false\n{settings}"))
            .hook(&common::prefetched(common::WITH_PNET))
            .cards();
        assert!(cards.iter().all(|card| card.get("links").is_none()), "{settings}");
    }
}
