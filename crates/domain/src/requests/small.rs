//! Which counts everybody may be told: none that is so small that it tells of one person, and none
//! by which such a count could be found by subtraction.

/// A count of fewer cases than this is for the office alone.
pub const SMALL: i64 = 5;

/// Which of these counts may be told where everybody knows their sum.
///
/// A small count is kept back. Where that alone would leave it, or a small sum, as the difference
/// between the sum and the counts that are told, the smallest of the others is kept back as well,
/// until what is kept back is at least two counts and no small sum. Nought is kept back, and hides
/// nobody: it asks for no second one.
#[must_use]
pub fn told(counts: &[i64]) -> Vec<bool> {
    let mut told: Vec<bool> = counts.iter().map(|&count| count >= SMALL).collect();
    loop {
        let kept = counts.iter().zip(&told).filter(|(_, is_told)| !**is_told);
        let kept: Vec<i64> = kept.map(|(&count, _)| count).filter(|&count| count != 0).collect();
        let is_safe = kept.is_empty() || kept.len() > 1 && kept.iter().sum::<i64>() >= SMALL;
        let next = (0..counts.len()).filter(|&place| told[place]);
        match next.min_by_key(|&place| counts[place]) {
            Some(place) if !is_safe => told[place] = false,
            _ => return told,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_small_count_is_left_as_a_difference() {
        for (counts, wanted) in [
            (&[][..], &[][..]),
            (&[7, 9], &[true, true]),
            (&[0, 9, 12], &[false, true, true]),
            (&[3, 9, 12], &[false, false, true]),
            (&[3, 4, 12], &[false, false, true]),
            (&[1, 2, 9, 12], &[false, false, false, true]),
            (&[3, 9], &[false, false]),
            (&[3], &[false]),
            (&[1, 0, 0, 30, 8], &[false, false, false, true, false]),
        ] {
            assert_eq!(told(counts), wanted, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn whoever_subtracts_finds_nobody(counts in prop::collection::vec(0..40i64, 0..9)) {
            let told = told(&counts);
            let kept: Vec<i64> = counts
                .iter()
                .zip(&told)
                .filter_map(|(&count, &is_told)| (!is_told && count > 0).then_some(count))
                .collect();
            prop_assert!(counts.iter().zip(&told).all(|(&count, &told)| !told || count >= SMALL));
            // What is left to find is nothing, a sum of several, or the whole that is small itself.
            let is_all = told.iter().all(|told| !told);
            let sum: i64 = kept.iter().sum();
            prop_assert!(kept.is_empty() || is_all || kept.len() > 1 && sum >= SMALL);
        }
    }
}
