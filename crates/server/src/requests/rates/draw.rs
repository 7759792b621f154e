//! Rates as they are drawn: a share in words, and twelve months as small bars.

use domain::requests::Rate;

/// The height of a full bar; the drawing has room above and below.
const FULL: i64 = 40;

/// One month: a bar, or a short line where there were no cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub x: i64,
    pub y: i64,
    pub height: i64,
    pub has_cases: bool,
}

/// `87.5%`, from tenths of a percent.
pub(super) fn percent(tenths: i64) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole}%"),
        (whole, tenth) => format!("{whole}.{tenth}%"),
    }
}

/// The bars of some months, one after another.
pub(super) fn bars(rates: impl Iterator<Item = Rate>) -> Vec<Bar> {
    let bar = |(place, rate): (i64, Rate)| {
        // A share that is not nought stays visible.
        let height = rate.tenths().map(|tenths| ((tenths * FULL + 500) / 1000).max(1));
        let height = height.unwrap_or(0);
        Bar { x: place * 10 + 1, y: 2 + FULL - height, height, has_cases: rate.of > 0 }
    };
    (0..).zip(rates).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_one_place_after_the_point_where_it_needs_one() {
        let said = [(0, "0%"), (1, "0.1%"), (875, "87.5%"), (990, "99%"), (1000, "100%")];
        for (tenths, text) in said {
            assert_eq!(percent(tenths), text);
        }
    }

    #[test]
    fn a_month_without_cases_has_no_bar_and_a_share_of_nought_is_seen() {
        let rates = [(0, 0), (0, 3), (3, 3), (1, 2)].map(|(hits, of)| Rate { hits, of });
        let drawn = bars(rates.into_iter());
        let told: Vec<_> = drawn.iter().map(|bar| (bar.x, bar.height, bar.has_cases)).collect();
        assert_eq!(told, [(1, 0, false), (11, 1, true), (21, 40, true), (31, 20, true)]);
        assert!(drawn.iter().all(|bar| bar.y + bar.height == 42));
    }
}
