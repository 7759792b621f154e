//! A street of the county: its areas in believable proportions, its units, its people.

use domain::actor::{Appointment, Post};
use domain::area::{AreaCode, Street};
use domain::id::{self, AppointmentId, PersonId, UnitId};

use super::dice::Dice;
use super::words;
use super::{NODE, Plan};
use crate::grid::{Area, AreaKind, Unit};
use crate::identity::Person;
use crate::seed::rows;

/// Residents of a community, of a grid, and of a micro-grid: 4,800 of these in a county of 600,000.
const COMMUNITY: u64 = 10_000;
const GRIDS: i64 = 9;
const MICRO_GRIDS: i64 = 9;
const BUILDINGS: i64 = 2;
/// People in a household.
const HOUSEHOLD: i64 = 3;
/// One of so many residents has an account.
const ACCOUNTS: u64 = 20;

/// A micro-grid with whoever works there.
pub struct MicroGrid {
    pub area: AreaCode,
    pub worker: PersonId,
    pub buildings: Vec<AreaCode>,
}

/// A street as it is put on record, and as its requests see it.
pub struct Place {
    pub street: Street,
    pub areas: Vec<Area>,
    pub units: Vec<Unit>,
    pub people: Vec<Person>,
    pub appointments: Vec<(AppointmentId, PersonId, Appointment)>,
    pub micro_grids: Vec<MicroGrid>,
    /// By community: its officers, who dispatch.
    pub officers: Vec<(AreaCode, PersonId)>,
    /// A liaison for each unit.
    pub liaisons: Vec<(UnitId, PersonId)>,
    /// Those who have accounts.
    pub residents: Vec<usize>,
}

impl Place {
    /// The street of this number, from nought.
    pub fn of(plan: &Plan, number: usize, password: &str) -> Option<Self> {
        let mut maker = Maker {
            dice: Dice::of(plan.seed, &[number as u64, 1]),
            tick: (i64::try_from(number).ok()? << 20) + 1,
            password: password.to_owned(),
            place: Self {
                street: Self::code(plan.county, number)?,
                areas: Vec::new(),
                units: Vec::new(),
                people: Vec::new(),
                appointments: Vec::new(),
                micro_grids: Vec::new(),
                officers: Vec::new(),
                liaisons: Vec::new(),
                residents: Vec::new(),
            },
        };
        maker.fill(plan, number);
        Some(maker.place)
    }

    /// The code of the street of this number, from nought.
    pub fn code(county: AreaCode, number: usize) -> Option<Street> {
        let digits = county.code() / 10_000_000_000_000 * 1000;
        Street::new(digits + i64::try_from(number).ok()? + 1)
    }
}

struct Maker {
    dice: Dice,
    tick: i64,
    password: String,
    place: Place,
}

impl Maker {
    fn fill(&mut self, plan: &Plan, number: usize) {
        let residents = plan.residents / plan.streets() as u64;
        let communities = residents.div_ceil(COMMUNITY).clamp(1, 99);
        let (name, name_en) = words::place(number * 7 + 3);
        let street = self.place.street.area();
        self.area(street, format!("{name}街道"), format!("{name_en} Street"), 0);
        self.units();
        for post in [Post::StreetOfficer, Post::StreetSecretary, Post::Auditor, Post::Administrator]
        {
            self.staff(post, street, None);
        }
        for community in 1..=i64::try_from(communities).unwrap_or(1) {
            self.community(number, community);
        }
        let accounts = (residents / ACCOUNTS).max(1);
        for _ in 0..accounts {
            let place = self.place.people.len();
            self.person();
            self.place.residents.push(place);
        }
    }

    fn community(&mut self, street: usize, number: i64) {
        let under = self.place.street.area().code();
        let Some(code) = AreaCode::new(under + number * 10_000_000) else { return };
        let serial = street * 12 + usize::try_from(number).unwrap_or_default();
        let (name, name_en) = words::place(serial);
        // Two letters tell a street's communities apart, and no street has more than 99.
        let letter = |n: i64| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
        let prefix = [letter(number / 26), letter(number)].iter().collect();
        let people = GRIDS * MICRO_GRIDS * 123;
        self.place.areas.push(Area {
            code,
            kind: AreaKind::Plain,
            name: format!("{name}社区"),
            name_en: format!("{name_en} Community"),
            prefix,
            households: people / HOUSEHOLD,
        });
        self.staff(Post::CommunitySecretary, code, None);
        let officer = self.staff(Post::CommunityOfficer, code, None);
        self.place.officers.push((code, officer));
        for grid in 1..=GRIDS {
            let Some(code) = AreaCode::new(code.code() + grid * 10_000) else { return };
            let households = MICRO_GRIDS * 41;
            self.area(code, format!("第{grid}网格"), format!("Grid {grid}"), households);
            self.staff(Post::GridLeader, code, None);
            (1..=MICRO_GRIDS).for_each(|number| self.micro_grid(code, number));
        }
    }

    fn micro_grid(&mut self, grid: AreaCode, number: i64) {
        let Some(area) = AreaCode::new(grid.code() + number * 100) else { return };
        self.area(area, format!("{number}号微网格"), format!("Micro-grid {number}"), 41);
        let worker = self.staff(Post::GridWorker, area, None);
        let mut buildings = Vec::new();
        for building in 1..=BUILDINGS {
            let Some(code) = AreaCode::new(area.code() + building) else { return };
            let said = (number - 1) * BUILDINGS + building;
            self.area(code, format!("{said}号楼"), format!("Building {said}"), 41 / BUILDINGS);
            self.staff(Post::BuildingHead, code, None);
            buildings.push(code);
        }
        self.place.micro_grids.push(MicroGrid { area, worker, buildings });
    }

    /// The kinds of units that every street has, under its own name.
    fn units(&mut self) {
        let area = self.place.street.area();
        for row in rows::units() {
            let id = UnitId(self.id());
            self.place.units.push(Unit {
                id,
                code: row.code,
                kind: row.kind,
                area,
                name: row.name,
                name_en: row.name_en,
                phone: row.phone,
            });
            let liaison = self.staff(Post::UnitLiaison, area, Some(id));
            self.place.liaisons.push((id, liaison));
        }
    }

    fn area(&mut self, code: AreaCode, name: String, name_en: String, households: i64) {
        let is_grid = code.level() == domain::area::Level::Grid;
        let kind = if is_grid { AreaKind::Residential } else { AreaKind::Plain };
        let prefix = String::new();
        self.place.areas.push(Area { code, kind, name, name_en, prefix, households });
    }

    fn staff(&mut self, post: Post, area: AreaCode, unit: Option<UnitId>) -> PersonId {
        let person = self.person();
        let id = AppointmentId(self.id());
        self.place.appointments.push((id, person, Appointment { post, area, unit }));
        person
    }

    fn person(&mut self) -> PersonId {
        let id = PersonId(self.id());
        // Numbers that no telephone has: none begins with ten.
        let phone = format!("10{:09}", self.tick);
        self.place.people.push(Person {
            id,
            name: words::person(&mut self.dice),
            phone,
            password: self.password.clone(),
            temporary: false,
        });
        id
    }

    /// The same in every run, so that a run that was stopped can go on.
    fn id(&mut self) -> i64 {
        self.tick += 1;
        id::compose(self.tick, NODE)
    }
}
