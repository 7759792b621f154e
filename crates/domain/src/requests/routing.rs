//! Where a request of a category and a place usually goes: of the rules that fit, the most
//! specific.

use std::cmp::Reverse;

use crate::area::AreaCode;

/// What a rule is about: a place and a category; either may be any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The rule holds within this area; everywhere where there is none.
    pub area: Option<AreaCode>,
    /// The code of a category, or of the one above it; empty for every category.
    pub category: String,
}

/// What a rule is tried on: the place of a request, its category, and the one above that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    pub area: AreaCode,
    pub category: &'a str,
    /// Empty where nothing is above.
    pub parent: &'a str,
}

/// How closely a scope fits: the digits of its area first, then how near its category is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    digits: u32,
    nearness: u8,
}

/// Requests of this scope usually go to this unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingRule {
    pub scope: Scope,
    /// The code of a unit.
    pub unit: String,
}

impl Scope {
    /// How closely this scope fits; nothing where it does not.
    #[must_use]
    pub fn fit(&self, about: About<'_>) -> Option<Fit> {
        let nearness = match self.category.as_str() {
            "" => 0,
            code if code == about.category => 2,
            code if code == about.parent => 1,
            _ => return None,
        };
        let digits = match self.area {
            None => 0,
            Some(area) if area.contains(about.area) => area.level().digits(),
            Some(_) => return None,
        };
        Some(Fit { digits, nearness })
    }
}

/// The rule that fires, and its place in the list from nought: the narrowest area wins, then the
/// nearest category, then whichever stands first.
#[must_use]
pub fn route<'a>(rules: &'a [RoutingRule], about: About<'_>) -> Option<(usize, &'a RoutingRule)> {
    let fitting = rules.iter().enumerate().filter_map(|(place, rule)| {
        let fit = rule.scope.fit(about)?;
        Some((fit, place, rule))
    });
    let best = fitting.max_by_key(|&(fit, place, _)| (fit, Reverse(place)));
    best.map(|(_, place, rule)| (place, rule))
}

/// In which order rules are tried, as their places in the list: a request goes by the first of them
/// that fits it. The narrowest area comes first, then a category with another above it
/// (`is_below`), then whichever stands first.
#[must_use]
pub fn order(rules: &[RoutingRule], is_below: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..rules.len()).collect();
    places.sort_by_key(|&place| Reverse(rules[place].scope.rank(&is_below)));
    places
}

impl Scope {
    /// How early this scope is tried: the digits of its area, then how particular its category is.
    #[must_use]
    pub fn rank(&self, is_below: impl Fn(&str) -> bool) -> (u32, u8) {
        let nearness = match self.category.as_str() {
            "" => 0,
            code if is_below(code) => 2,
            _ => 1,
        };
        (self.area.map_or(0, |area| area.level().digits()), nearness)
    }
}
