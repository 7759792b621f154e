//! Whether a yearly notice can be the whole of it: the seven festivals, and a believable number of
//! working days.
//!
//! A notice tells its whole year, so what it leaves out becomes an ordinary day. Half a notice
//! would therefore move deadlines onto holidays, and nobody would see why.

use std::ops::RangeInclusive;

/// A festival on which the whole country is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Festival {
    NewYear,
    Spring,
    Qingming,
    Labour,
    DragonBoat,
    MidAutumn,
    National,
}

/// The working days that a year can have.
///
/// A year has 260 to 262 weekdays, of which eleven, since 2025 thirteen, are off: 247 to 251, and
/// 2018 to 2026 have 248 to 251. Days that are exchanged over the turn of a year move that by a
/// few, and a province may add some days of its own: hence the room, most of it below. What names
/// two festivals alone leaves 257 and more.
pub const WORKDAYS: RangeInclusive<u32> = 240..=256;

/// Why a notice may not be the whole of it. It is whole where there is nothing here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// The festivals of which no day is off, as the year brings them.
    pub missing: Vec<Festival>,
    /// The working days of the year, where no year has so many or so few.
    pub workdays: Option<u32>,
}

impl Doubts {
    /// What is to be doubted about a notice: the `names` of its days off, and the working days that
    /// its year would have.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>, workdays: u32) -> Self {
        let names: Vec<String> = names.into_iter().map(str::to_lowercase).collect();
        let is_missing = |it: &Festival| !names.iter().any(|name| it.is_named_in(name));
        Self {
            missing: Festival::ALL.into_iter().filter(is_missing).collect(),
            workdays: Some(workdays).filter(|workdays| !WORKDAYS.contains(workdays)),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.workdays.is_none()
    }
}

impl Festival {
    /// The seven, as the year brings them.
    pub const ALL: [Festival; 7] = [
        Festival::NewYear,
        Festival::Spring,
        Festival::Qingming,
        Festival::Labour,
        Festival::DragonBoat,
        Festival::MidAutumn,
        Festival::National,
    ];

    /// The name of this festival for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Festival::NewYear => "new_year",
            Festival::Spring => "spring_festival",
            Festival::Qingming => "qingming",
            Festival::Labour => "labour_day",
            Festival::DragonBoat => "dragon_boat",
            Festival::MidAutumn => "mid_autumn",
            Festival::National => "national_day",
        }
    }

    /// Whether a day of this name, in small letters, is one of this festival. A day may belong to
    /// two of them, such as 国庆节、中秋节.
    fn is_named_in(self, name: &str) -> bool {
        const LUNAR: [&str; 4] = ["chinese new year", "lunar new year", "农历新年", "春节新年"];
        let is_lunar = LUNAR.iter().any(|lunar| name.contains(lunar));
        let words: &[&str] = match self {
            Festival::NewYear if is_lunar => &["元旦"],
            Festival::NewYear => &["元旦", "新年", "new year"],
            Festival::Spring if is_lunar => return true,
            Festival::Spring => &["春节", "除夕", "spring festival"],
            Festival::Qingming => &["清明", "qingming", "tomb"],
            Festival::Labour => &["劳动节", "五一", "labour", "labor", "may day"],
            Festival::DragonBoat => &["端午", "dragon boat"],
            Festival::MidAutumn => &["中秋", "mid-autumn", "mid autumn"],
            Festival::National => &["国庆", "十一", "national day"],
        };
        words.iter().any(|word| name.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use Festival as F;

    use super::*;

    const WHOLE: [&str; 7] = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];

    #[test]
    fn a_festival_is_known_by_any_of_its_names() {
        let english = [
            "New Year",
            "Spring Festival",
            "Qingming Festival",
            "Labour Day",
            "Dragon Boat Festival",
            "Mid-Autumn Festival",
            "National Day",
        ];
        let both = ["元旦", "春节", "清明", "“五一”", "端午", "国庆节、中秋节"];
        let lunar = ["Chinese New Year", "清明", "五一", "端午", "中秋", "十一"];
        for (names, missing) in [
            (&WHOLE[..], &[][..]),
            (&english[..], &[]),
            (&both[..], &[]),
            (&lunar[..], &[F::NewYear]),
            (
                &["元旦", "国庆节"][..],
                &[F::Spring, F::Qingming, F::Labour, F::DragonBoat, F::MidAutumn],
            ),
            (&["三月三"][..], &F::ALL),
            (&[][..], &F::ALL),
        ] {
            let doubts = Doubts::of(names.iter().copied(), 250);
            assert_eq!((doubts.missing.as_slice(), doubts.workdays), (missing, None), "{names:?}");
        }
    }

    #[test]
    fn a_year_has_so_many_working_days_and_no_more() {
        for (workdays, is_odd) in
            [(0, true), (239, true), (240, false), (248, false), (256, false), (257, true)]
        {
            let doubts = Doubts::of(WHOLE, workdays);
            assert_eq!(doubts.workdays, Some(workdays).filter(|_| is_odd), "{workdays}");
            assert_eq!(doubts.is_empty(), !is_odd);
        }
    }
}
