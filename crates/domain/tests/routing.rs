//! Which rule fires: routing and clocks as tables, and their laws under whatever an office writes.

use domain::area::AreaCode;
use domain::calendar::Term;
use domain::requests::{
    About, ClockRule, Limit, Limits, Number, Numbers, RoutingRule, Scope, Urgency, clock, order,
    route,
};
use proptest::prelude::*;

const AREAS: [&str; 5] =
    ["370323001", "370323001028", "370323001028001", "370323001029", "3703230010280010101"];
/// Each with the one above it.
const CATEGORIES: [(&str, &str); 5] = [
    ("rubbish", ""),
    ("stairs", "rubbish"),
    ("bins", "rubbish"),
    ("water", ""),
    ("pipes", "water"),
];

fn area(text: &str) -> AreaCode {
    text.parse().unwrap()
}

fn scope((within, category): (&str, &str)) -> Scope {
    Scope { area: within.parse().ok(), category: category.to_owned() }
}

fn about<'a>(place: &str, category: &'a str) -> About<'a> {
    let known = CATEGORIES.iter().find(|(code, _)| *code == category);
    About { area: area(place), category, parent: known.map_or("", |(_, parent)| parent) }
}

fn rule(within: &str, category: &str, unit: &str) -> RoutingRule {
    RoutingRule { scope: scope((within, category)), unit: unit.to_owned() }
}

#[test]
fn the_narrowest_area_wins_then_the_nearest_category_then_the_first() {
    let rules = [
        rule("", "", "fallback"),
        rule("", "rubbish", "cleaners"),
        rule("", "stairs", "stair cleaners"),
        rule("370323001028", "", "estate"),
        rule("370323001028", "rubbish", "estate cleaners"),
        rule("3703230010280010101", "", "house"),
        rule("", "rubbish", "later"),
    ];
    for (place, category, expected) in [
        ("370323001029", "water", "fallback"),
        ("370323001029", "rubbish", "cleaners"),
        ("370323001029", "bins", "cleaners"),
        ("370323001029", "stairs", "stair cleaners"),
        ("370323001028001", "water", "estate"),
        ("370323001028001", "stairs", "estate cleaners"),
        ("3703230010280010101", "stairs", "house"),
    ] {
        let (_, fired) = route(&rules, about(place, category)).unwrap();
        assert_eq!(fired.unit, expected, "{category} in {place}");
    }
    assert_eq!(route(&rules[1..3], about("370323001029", "water")), None);
}

proptest! {
    #[test]
    fn a_request_goes_by_the_first_rule_in_order_that_fits(
        rows in prop::collection::vec((0..6usize, 0..6usize), 0..12),
        place in 0..5usize, category in 0..5usize,
    ) {
        let areas = |at: usize| AREAS.get(at).copied().unwrap_or_default();
        let named = |at: usize| CATEGORIES.get(at).map_or("", |(code, _)| *code);
        let rules: Vec<RoutingRule> =
            rows.iter().map(|&(within, of)| rule(areas(within), named(of), "unit")).collect();
        let is_below =
            |code: &str| CATEGORIES.iter().any(|(own, above)| *own == code && !above.is_empty());
        let about = about(AREAS[place], CATEGORIES[category].0);
        let order = order(&rules, is_below);
        prop_assert_eq!(order.len(), rules.len());
        let first = order.into_iter().find(|&place| rules[place].scope.fit(about).is_some());
        prop_assert_eq!(first, route(&rules, about).map(|(place, _)| place));
    }
}

#[test]
fn a_clock_is_set_by_place_then_category_then_urgency() {
    use {Limit as L, Urgency as U};
    let set = |within, category, urgency, limit, days| ClockRule {
        scope: scope((within, category)),
        urgency,
        limit,
        term: Term::WorkingDays(days),
    };
    let rules = [
        set("", "", None, Limit::Finish, 1),
        set("", "", Some(Urgency::Complex), Limit::Finish, 2),
        set("", "rubbish", None, Limit::Finish, 3),
        set("", "stairs", None, Limit::Finish, 4),
        set("370323001028", "", None, Limit::Finish, 5),
        set("370323001028", "", Some(Urgency::Danger), Limit::Finish, 6),
        set("", "", None, Limit::Confirm, 7),
    ];
    for (place, category, urgency, limit, expected) in [
        ("370323001029", "water", U::Ordinary, L::Finish, Term::WorkingDays(1)),
        ("370323001029", "water", U::Complex, L::Finish, Term::WorkingDays(2)),
        ("370323001029", "bins", U::Complex, L::Finish, Term::WorkingDays(3)),
        ("370323001029", "stairs", U::Complex, L::Finish, Term::WorkingDays(4)),
        ("370323001028001", "stairs", U::Ordinary, L::Finish, Term::WorkingDays(5)),
        ("370323001028001", "stairs", U::Danger, L::Finish, Term::WorkingDays(6)),
        // What holds for everything slows down no danger.
        ("370323001029", "stairs", U::Danger, L::Finish, Term::ClockHours(24)),
        ("370323001029", "stairs", U::Danger, L::Confirm, Term::WorkingDays(7)),
        ("370323001029", "stairs", U::Ordinary, L::Accept, Term::WorkingHours(2)),
    ] {
        let limits = Limits::default().ruled(&rules, about(place, category), urgency);
        assert_eq!(limits.term(limit, urgency), Some(expected), "{place} {category} {urgency:?}");
    }
}

#[test]
fn numbers_keep_their_bounds() {
    for number in Number::ALL {
        let (least, most) = number.bounds();
        assert!((least..=most).contains(&number.usual()), "{number:?}");
        assert_eq!(Number::named(number.name()), Some(number));
        assert_eq!(Numbers::default().with(number, most).unwrap().get(number), most);
        assert_eq!(Numbers::default().with(number, most + 1), None);
    }
    assert_eq!(Limits::default().numbered(&Numbers::default()), Limits::default());
    let numbers = Numbers::default().with(Number::ReturnsMax, 0).unwrap();
    assert_eq!(Limits::default().numbered(&numbers).returns_max, 0);
}

prop_compose! {
    fn any_scope()(place in 0..=AREAS.len(), category in 0..=CATEGORIES.len()) -> Scope {
        let place = AREAS.get(place).copied().unwrap_or_default();
        scope((place, CATEGORIES.get(category).map_or("", |(code, _)| code)))
    }
}

fn any_routing() -> impl Strategy<Value = Vec<RoutingRule>> {
    let rule = (any_scope(), 0..4u8);
    let rule = rule.prop_map(|(scope, unit)| RoutingRule { scope, unit: unit.to_string() });
    prop::collection::vec(rule, 0..12)
}

fn any_clocks() -> impl Strategy<Value = Vec<ClockRule>> {
    let rule = (any_scope(), 0..=4usize, 0..8usize, 1..200u16);
    let rule = rule.prop_map(|(scope, urgency, limit, hours)| ClockRule {
        scope,
        urgency: Urgency::ALL.get(urgency).copied(),
        limit: Limit::SETTABLE[limit],
        term: Term::ClockHours(hours),
    });
    prop::collection::vec(rule, 0..20)
}

fn any_about() -> impl Strategy<Value = About<'static>> {
    let pair = (0..AREAS.len(), 0..CATEGORIES.len());
    pair.prop_map(|(place, category)| about(AREAS[place], CATEGORIES[category].0))
}

/// How specific a scope is, said in another way than the rules say it.
fn weight(scope: &Scope, about: About<'_>) -> usize {
    let digits = scope.area.map_or(0, |area| area.to_string().len());
    let nearness = usize::from(!scope.category.is_empty());
    let own = usize::from(scope.category == about.category);
    digits * 10 + nearness + own
}

fn fits(scope: &Scope, about: About<'_>) -> bool {
    scope.area.is_none_or(|area| area.contains(about.area))
        && ["", about.category, about.parent].contains(&scope.category.as_str())
}

proptest! {
    #[test]
    fn whatever_fires_fits_and_nothing_that_fits_is_more_specific(
        rules in any_routing(),
        about in any_about(),
    ) {
        let fired = route(&rules, about);
        let fitting: Vec<(usize, usize)> = (0..rules.len())
            .filter(|&place| fits(&rules[place].scope, about))
            .map(|place| (weight(&rules[place].scope, about), place))
            .collect();
        let Some((place, rule)) = fired else {
            prop_assert!(fitting.is_empty());
            return Ok(());
        };
        prop_assert!(fits(&rule.scope, about) && rules[place] == *rule);
        let own = weight(&rule.scope, about);
        let behind = |&(weight, at): &(usize, usize)| weight < own || weight == own && at >= place;
        prop_assert!(fitting.iter().all(behind));
    }

    #[test]
    fn with_a_rule_for_everything_there_is_always_a_result(
        mut rules in any_routing(),
        about in any_about(),
    ) {
        rules.push(rule("", "", "fallback"));
        prop_assert!(route(&rules, about).is_some());
    }

    #[test]
    fn every_limit_has_a_term_and_only_a_rule_changes_it(
        rules in any_clocks(),
        about in any_about(),
        urgency in 0..4usize,
    ) {
        let urgency = Urgency::ALL[urgency];
        let limits = Limits::default().ruled(&rules, about, urgency);
        for limit in Limit::SETTABLE {
            let expected = match clock(&rules, about, urgency, limit) {
                Some((_, rule)) => Some(rule.term),
                None => Limits::default().term(limit, urgency),
            };
            prop_assert!(expected.is_some());
            prop_assert_eq!(limits.term(limit, urgency), expected);
        }
        // A rule that does not name danger touches none of its clocks.
        let unnamed: Vec<ClockRule> =
            rules.into_iter().filter(|rule| rule.urgency.is_none()).collect();
        let limits = Limits::default().ruled(&unnamed, about, Urgency::Danger);
        for limit in Limit::SETTABLE.into_iter().filter(|limit| limit.is_shorter_in_danger()) {
            let usual = Limits::default().term(limit, Urgency::Danger);
            prop_assert_eq!(limits.term(limit, Urgency::Danger), usual);
        }
    }
}
