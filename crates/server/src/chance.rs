//! The one source of chance: keys, codes, tokens and passwords that nobody can guess.

/// Letters and digits that are not mistaken for one another on paper.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// So many letters and digits of chance, five bits each.
#[must_use]
pub fn code(length: usize) -> String {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).expect("the machine has a source of chance");
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// The code that a person may have typed: any case, O for 0, I and L for 1, blanks and hyphens.
#[must_use]
pub fn typed(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric);
    let read = |letter: char| match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    kept.map(read).collect()
}
