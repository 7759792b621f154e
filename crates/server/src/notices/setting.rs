//! What a street decided about news that leave the house, and where people want theirs sent.

mod store;

pub(super) use store::{address, load, save, save_address, switch_off};

use domain::notices::{Quiet, Topic};
use jiff::Timestamp;

use super::Reader;

/// The settings of a street.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// Under which its history lies; nought before it was first saved.
    pub id: i64,
    pub quiet: Quiet,
    /// Where a gateway takes messages; empty where there is none.
    pub url: String,
    /// `whsec_…`, which the gateway knows too.
    pub secret: String,
    pub topics: Vec<Topic>,
    /// Also to those who have an account, and so read their news here.
    pub everybody: bool,
    pub state: GatewayState,
    pub version: i64,
}

/// Whether the gateway is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GatewayState {
    On,
    Off,
    /// It has said that it takes no more (410).
    Gone,
}

/// Where somebody wants news sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// Confirmed; empty where none is.
    pub email: String,
    /// Waits for its code; empty where none does.
    pub wanted: String,
    pub code: String,
    pub code_ends_at: Timestamp,
}

impl Default for Setting {
    /// No gateway; quiet at night.
    fn default() -> Self {
        Self {
            id: 0,
            quiet: Quiet::default(),
            url: String::new(),
            secret: String::new(),
            topics: vec![Topic::Turn, Topic::Over],
            everybody: false,
            state: GatewayState::Off,
            version: 0,
        }
    }
}

impl Setting {
    /// Whether news of this topic go to this reader through the gateway.
    pub fn takes(&self, reader: Reader, topic: Topic) -> bool {
        let reaches = self.everybody || reader.is_phone();
        self.state == GatewayState::On && reaches && self.topics.contains(&topic)
    }
}

impl GatewayState {
    fn name(self) -> &'static str {
        match self {
            GatewayState::On => "on",
            GatewayState::Off => "off",
            GatewayState::Gone => "gone",
        }
    }

    fn named(name: &str) -> Option<Self> {
        let all = [GatewayState::On, GatewayState::Off, GatewayState::Gone];
        all.into_iter().find(|state| state.name() == name)
    }
}
