//! What the form of an act asks for, by its kind.

use domain::requests::Kind;

use super::show::Act;
use crate::requests::words;
use crate::web::words::Phrase;

impl Act {
    /// A button alone: there is nothing to fill in.
    pub(super) fn is_plain(&self) -> bool {
        self.label.is_empty() && self.units.is_empty() && !self.is_merge()
    }

    pub(super) fn takes_photos(&self) -> bool {
        matches!(self.kind, Kind::Resolution | Kind::Completion)
    }

    pub(super) fn needs_note(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Dispatch
                | Kind::Withdrawal
                | Kind::ExtensionDecision
                | Kind::Callback
                | Kind::Separation
        )
    }

    /// Phrases that are sent as they are pressed: three taps are enough on the spot.
    pub(super) fn presets(&self) -> &'static [Phrase] {
        match self.kind {
            Kind::Resolution => words::SOLVED,
            Kind::Escalation => words::PASSED_UP,
            _ => &[],
        }
    }

    pub(super) fn is_merge(&self) -> bool {
        self.kind == Kind::Merge
    }

    /// What a button without a form brings about; empty where its words say it.
    pub(super) fn hint(&self) -> Phrase {
        match self.kind {
            Kind::Reminder => words::REMINDER_HINT,
            _ => Phrase { zh: "", en: "" },
        }
    }

    pub(super) fn is_callback(&self) -> bool {
        self.kind == Kind::Callback
    }

    pub(super) fn is_extension(&self) -> bool {
        self.kind == Kind::Extension
    }

    pub(super) fn is_decision(&self) -> bool {
        self.kind == Kind::ExtensionDecision
    }

    pub(super) fn is_supervision(&self) -> bool {
        self.kind == Kind::Supervision
    }

    pub(super) fn is_suspension(&self) -> bool {
        self.kind == Kind::Suspension
    }
}
