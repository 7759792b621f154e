//! The sums of months: an audit sees one that is wrong, and a street that had only days gets them.

use domain::requests::Measure as M;
use jiff::SignedDuration;
use server::jobs;
use server::requests::rates;

use crate::api_story::town;
use crate::rates::slow_endings;

/// The months of a street that had only days are those that its facts come to.
#[tokio::test]
async fn months_are_made_of_the_days_that_were_kept_before_there_were_months() {
    const MIGRATION: &str = include_str!("../../../../migrations/0017_requests_months.sql");
    let town = town().await;
    let mut expected = M::ALL.map(|measure| (measure.name(), (0, 0))).into_iter().collect();
    slow_endings(&town, &mut expected).await;
    town.passes(SignedDuration::from_hours(24 * 45));
    slow_endings(&town, &mut expected).await;
    jobs::tick(&town.app).await.unwrap();
    let wrong = |tx: &mut db::Tx, _| {
        tx.execute("UPDATE request_months SET raised = raised + 1", &[])?;
        Ok::<_, server::error::Error>(())
    };
    town.write(wrong).await.unwrap();
    let found = town.write(rates::audit).await.unwrap();
    assert!(!found.is_empty() && found.iter().all(|it| it.key.grain == rates::Grain::Month));
    let again = |tx: &mut db::Tx, _| {
        tx.execute("DELETE FROM request_months", &[])?;
        let (_, statement) = MIGRATION.split_once("\n-- Days are numbered").unwrap();
        let (_, statement) = statement.split_once("INSERT").unwrap();
        let statement = Box::leak(format!("INSERT{statement}").into_boxed_str());
        tx.execute(statement.trim_end().trim_end_matches(';'), &[])?;
        Ok::<_, server::error::Error>(())
    };
    town.write(again).await.unwrap();
    assert_eq!(town.write(rates::audit).await.unwrap(), []);
}
