//! Templates: no script and no style of their own, forms that can be sent twice, words in both
//! languages.

use super::source::{self, File, Finding, hold, line_of};

/// What is wrong with a template.
fn faults(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut at = |place: usize, what: &str| {
        found.push(Finding::new(&file.path, line_of(&file.text, place), what));
    };
    for (place, tag) in tags(&file.text) {
        let says = |words: &str| tag.contains(words);
        if says(" style=") || tag.starts_with("<style") {
            at(place, "an inline style: the pages run without");
        }
        if tag.starts_with("<script") && !says(" src=") {
            at(place, "an inline script: the pages run without");
        }
        if source::words(tag)
            .any(|word| word.len() > 3 && word.starts_with("on") && says(&format!(" {word}=\"")))
        {
            at(place, "a handler in an attribute: the pages run without");
        }
        if tag.starts_with("<img") && !says(" alt=") {
            at(place, "an image without words");
        }
        if tag.starts_with("<form") && says("method=\"post\"") {
            let form = file.text[place..].split("</form>").next().unwrap_or_default();
            for field in ["csrf", "key"] {
                if !form.contains(&format!("type=\"hidden\" name=\"{field}\"")) {
                    at(place, &format!("a form without its hidden field `{field}`"));
                }
            }
        }
    }
    for (place, word) in bare_words(&file.text) {
        at(place, &format!("{word:?} is said in one language"));
    }
    for (place, zh, en) in pairs(&file.text) {
        let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        // The other language's own name is said in that language; a measure word has no English.
        let is_untold = en.is_empty() && zh.chars().count() > 2;
        if is_untold || is_chinese(en) && en != "中文" {
            at(place, &format!("t({zh:?}, {en:?}): 中文 first, then English"));
        }
    }
    found
}

/// Every tag with where it begins; what askama fills in may hold `>`, and is skipped.
fn tags(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut filled = false;
    for (at, sign) in text.char_indices() {
        let rest = &text[at..];
        match sign {
            '{' if rest.starts_with("{{") || rest.starts_with("{%") => filled = true,
            '}' if filled && (text[..at].ends_with('}') || text[..at].ends_with('%')) => {
                filled = false
            }
            '<' if !filled => open = Some(at),
            '>' if !filled => found.extend(open.take().map(|from| (from, &text[from..=at]))),
            _ => {}
        }
    }
    found
}

/// Words between tags, and those that attributes show or read out, that askama does not fill in.
fn bare_words(text: &str) -> Vec<(usize, String)> {
    let mut plain: Vec<u8> = text.bytes().collect();
    // The width of a page is a class, though it stands alone in its file.
    blank(&mut plain, text, "{% block width %}", "{% endblock %}");
    for (open, close) in [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<kbd>", "</kbd>")] {
        blank(&mut plain, text, open, close);
    }
    let without_filled = String::from_utf8_lossy(&plain).into_owned();
    let mut shown = plain.clone();
    for (at, tag) in tags(&without_filled) {
        for attribute in [" alt=\"", " aria-label=\"", " placeholder=\"", " title=\""] {
            let value = tag.split(attribute).nth(1).and_then(|rest| rest.split('"').next());
            if value.is_some_and(is_wordy) {
                shown[at] = b'A';
            }
        }
        let keep = usize::from(shown[at] == b'A') * 3;
        shown[at..at + keep].fill(b'A');
        shown[at + keep..at + tag.len()].fill(b' ');
    }
    let shown = String::from_utf8_lossy(&shown).into_owned();
    let mut found = Vec::new();
    let mut from = 0;
    for word in shown.split_whitespace() {
        let at = from + shown[from..].find(word).unwrap_or_default();
        from = at + word.len();
        if is_wordy(word) && !word.starts_with('&') && word != "html>" {
            found.push((at.min(text.len()), word.to_owned()));
        }
    }
    found
}

fn blank(plain: &mut [u8], text: &str, open: &str, close: &str) {
    let mut from = 0;
    while let Some(at) = text[from..].find(open).map(|at| from + at) {
        let end = text[at..].find(close).map_or(text.len(), |end| at + end + close.len());
        plain[at..end].fill(b' ');
        from = end;
    }
}

/// Whether a text says something in a language: a Chinese sign, or three letters together.
fn is_wordy(text: &str) -> bool {
    let letters = text.split(|c: char| !c.is_ascii_alphabetic()).any(|run| run.len() >= 3);
    letters || text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The two texts of every `t("…", "…")`.
fn pairs(text: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(".t(\"") {
        let rest = &text[at + 4..];
        let Some((zh, rest)) = rest.split_once("\", \"") else { continue };
        let en = rest.split("\")").next().unwrap_or_default();
        if zh.len() < 400 {
            found.push((at, zh, en));
        }
    }
    found
}

#[test]
fn templates_carry_no_script_and_speak_both_languages() {
    let files = source::below("crates/server/src");
    let pages: Vec<&File> = files.iter().filter(|file| file.path.ends_with(".html")).collect();
    assert!(pages.len() > 10, "there are templates");
    let shown = pages.iter().filter(|file| !file.path.ends_with("icons.html"));
    let found: Vec<Finding> = shown.flat_map(|file| faults(file)).collect();
    hold("A page works without script, can be sent twice, and speaks both languages.", &found);
    for (sample, count) in [
        ("<p style=\"color: red\"></p>", 1),
        ("<script>a()</script>", 1),
        ("<script src=\"/a.js\"></script>", 0),
        ("<a onclick=\"a()\"></a>", 1),
        ("<img src=\"/a\">", 1),
        ("<form method=\"post\" action=\"/a\"></form>", 2),
        ("<form method=\"get\" action=\"/a\"></form>", 0),
        ("<p>你好</p>", 1),
        ("<p>Hello</p>", 1),
        ("<p aria-label=\"Hello\"></p>", 1),
        ("<p>{{ page.t(\"你好\", \"Hello\") }}</p>", 0),
        ("<p>{{ page.t(\"你好\", \"你好\") }}</p>", 1),
    ] {
        let found = faults(&File { path: "a.html".to_owned(), text: sample.to_owned() });
        assert_eq!(found.len(), count, "{sample}: {found:?}");
    }
}
