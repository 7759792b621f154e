//! The one history of the schema, in order. The slice in a name owns the tables.

use db::Migration;

macro_rules! history {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),*]
    };
}

pub const ALL: &[Migration] = history![
    "0001_grid_areas",
    "0002_identity_people",
    "0003_history_lines",
    "0004_receipts_kept",
    "0005_calendar_days",
    "0006_requests_raised",
    "0007_queue_jobs",
    "0008_requests_ladder",
    "0009_requests_rules",
    "0010_requests_neighbours",
    "0011_requests_rates",
    "0012_notices_inbox",
    "0013_requests_search",
    "0014_calendar_closures",
    "0015_requests_callbacks",
    "0016_requests_plans",
    "0017_requests_months",
];
