//! The text of documents, compared with what is shown and with what the tokenizer of the specification reads.

use super::text_of;
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;

#[test]
fn blocks_are_lines_and_cells_are_fields() {
    assert_eq!(
        text_of("<p>Ki-67: <b>15</b>&nbsp;%</p><p>G2<br>R0</p>"),
        "Ki-67: 15\u{a0}%\nG2\nR0\n"
    );
    assert_eq!(
        text_of("<table><tr><td>Ki-67</td><td>15 %</td></tr><tr><th>Gr&ouml;&szlig;e</th></tr></table>")
            .trim_end(),
        "Ki-67\t15 %\t\nGröße"
    );
    assert_eq!(
        text_of("Ki-67 < 3 %, Mitoses <2/10 HPF"),
        "Ki-67 < 3 %, Mitoses <2/10 HPF"
    );
}

#[test]
fn what_is_not_shown_is_left_out() {
    for html in [
        "<script>if (a<b) 'Ki-67 15 %'</script>",
        "<STYLE>Ki-67 15 %</Style >",
        "<!-- Ki-67 15 % > -->",
        "<!DOCTYPE Ki-67 15 %>",
        "<?xml Ki-67 15 %?>",
        "</ Ki-67 15 %>",
        "<div hidden>Ki-67 <div>15</div> %</div>",
        "<p style='Display : None'>Ki-67 15 %</p>",
        "<p style=display&#58;none>Ki-67 15 %</p>",
        "<del>Ki-67 15 %</del>",
        "<span style=\"text-decoration: line-through\">Ki-67 15 %</span>",
        "<head><title>Ki-67 15 %</title></head>",
        "<template><p>Ki-67</p> 15 %</template>",
        "<select><option>Ki-67 15 %</option></select>",
        "<img alt='Ki-67 15 %>'>",
        "<a title=\"Ki-67 15 %",
    ] {
        assert_eq!(text_of(html).trim(), "", "{html}");
    }
    assert_eq!(text_of("<div hidden><img><br></div>G2"), "G2");
    assert_eq!(text_of("<script>x</scripty></script>G2"), "G2");
}

#[test]
fn boxes_are_typed() {
    let html = "<input type=checkbox> R0 <input type='RADIO' checked> R1<input value='R2'>";
    assert_eq!(text_of(html).trim(), "[ ]  R0  [x]  R1");
}

#[test]
fn bombs_leave_nothing_behind() {
    assert_eq!(text_of(&"<div>".repeat(50_000)), "");
    assert_eq!(text_of(&"&lt;".repeat(50_000)).len(), 50_000);
    assert_eq!(text_of(&"<a b='".repeat(40_000)), "");
    assert_eq!(text_of(&"<!--".repeat(40_000)), "");
    assert_eq!(text_of(&"<script>".repeat(40_000)), "");
    assert_eq!(text_of(&"<a b=c ".repeat(40_000)), "");
}

/// The letters of a document as the specification's tokenizer reads them.
fn letters(html: &str) -> String {
    let mut read = String::new();
    for Ok(token) in Tokenizer::new(html) {
        if let Token::String(text) = token {
            read.push_str(&String::from_utf8_lossy(&text));
        }
    }
    without_blanks(&read)
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn text_is_that_of_the_specification(
        html in "(<|>|</|<!|<!--|-->|--!>|<\\?|=|'|\"|/| |b|p|td|x1|é|&amp;|&#65;|&lt;|G2|\n){0,40}"
    ) {
        prop_assert_eq!(without_blanks(&text_of(&html)), letters(&html));
    }

    #[test]
    fn any_text_is_read(html in ".*") {
        prop_assert!(text_of(&html).len() <= html.len() * 2);
    }
}
