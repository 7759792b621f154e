//! The grid: streets, the areas within them down to the building, and the units that help.

mod api;
mod store;

pub use api::street_asked;
pub use store::{
    add_area, add_areas, add_street, add_unit, area, areas_under, last_within, path, street,
    streets, unit, unit_coded, units, was_used,
};

use domain::area::{AreaCode, Street};
use domain::id::UnitId;

/// A street that this installation serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    pub street: Street,
    pub name: String,
    pub name_en: String,
    /// The IANA name of its time zone.
    pub zone: String,
    /// The telephone number on every page.
    pub hotline: String,
}

/// An area of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub code: AreaCode,
    pub kind: AreaKind,
    pub name: String,
    pub name_en: String,
    /// For a community: the letters that its request numbers begin with.
    pub prefix: String,
    pub households: i64,
}

/// What kind of grid an area is; most areas are no grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AreaKind {
    #[default]
    Plain,
    /// Where people live.
    Residential,
    /// 专属: a school, a hospital, a market, with a responsible unit.
    Exclusive,
}

/// A partner unit (共建单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub code: String,
    pub kind: String,
    pub area: AreaCode,
    pub name: String,
    pub name_en: String,
    pub phone: String,
}

impl AreaKind {
    /// The name of this kind in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AreaKind::Plain => "",
            AreaKind::Residential => "residential",
            AreaKind::Exclusive => "exclusive",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Plain, Self::Residential, Self::Exclusive].into_iter().find(|k| k.name() == name)
    }
}

/// The names from the street down to `code`, joined as people say them: 某社区 第一网格 12号楼.
/// The names above the community are left out unless the area is one of them.
#[must_use]
pub fn place_name(path: &[Area], english: bool) -> String {
    let last = path.last();
    let below =
        |area: &&Area| area.code.level() >= domain::area::Level::Community || Some(*area) == last;
    let name = |area: &Area| {
        if english && !area.name_en.is_empty() { area.name_en.clone() } else { area.name.clone() }
    };
    let names: Vec<String> = path.iter().filter(below).map(name).collect();
    names.join(" ")
}

/// The addresses of this slice.
#[must_use]
pub fn routes() -> crate::web::Routes {
    api::routes()
}
