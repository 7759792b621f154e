//! Connecting to PostgreSQL, and judging whether what it answers will stay.

use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};

use crate::Error;

/// How long one host may take to answer; after that the next one is asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// Reads the address. Mistakes in it are told without the address, which may hold a password.
pub fn configure(url: &str) -> Result<Config, Error> {
    let mut config: Config = url.parse().map_err(|error| match Error::from(error) {
        Error::Other(text) => Error::Unfit(format!("its address does not read: {text}")),
        other => other,
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(Error::Unfit(
            "its address asks for sslmode=require, which this program cannot do yet; use a private \
             network or a tunnel, and leave sslmode out"
                .into(),
        ));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    Ok(config)
}

pub fn connect(config: &Config) -> Result<Client, Error> {
    Ok(config.connect(NoTls)?)
}

/// What the server says about itself that decides whether an answer outlives a power cut.
pub struct Settings {
    pub fsync: String,
    pub full_page_writes: String,
    pub synchronous_commit: String,
}

impl Settings {
    pub fn ask(client: &mut Client) -> Result<Self, Error> {
        let mut show = |name: &str| -> Result<String, Error> {
            Ok(client.query_one(&format!("SHOW {name}"), &[])?.get(0))
        };
        Ok(Self {
            fsync: show("fsync")?,
            full_page_writes: show("full_page_writes")?,
            synchronous_commit: show("synchronous_commit")?,
        })
    }

    /// Refuses a server that may be damaged by a power cut, and warns of one that may forget.
    pub fn judge(&self) -> Result<(), Error> {
        let needed = [("fsync", &self.fsync), ("full_page_writes", &self.full_page_writes)];
        for (name, is) in needed {
            if is != "on" {
                return Err(Error::Unfit(format!(
                    "PostgreSQL runs with {name} = {is}, so a power cut could damage it; \
                     set {name} = on"
                )));
            }
        }
        if self.synchronous_commit == "off" {
            tracing::warn!(
                "PostgreSQL runs with synchronous_commit = off: a power cut may forget the last \
                 answers"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_may_lose_data_is_refused() {
        let judge = |fsync: &str, full_page_writes: &str, synchronous_commit: &str| {
            let (fsync, full_page_writes) = (fsync.into(), full_page_writes.into());
            let synchronous_commit = synchronous_commit.into();
            Settings { fsync, full_page_writes, synchronous_commit }.judge()
        };
        assert_eq!(judge("on", "on", "on"), Ok(()));
        assert_eq!(judge("on", "on", "off"), Ok(()), "a warning is enough");
        let refusal = |judged: Result<(), Error>| judged.unwrap_err().to_string();
        assert!(refusal(judge("off", "on", "on")).contains("set fsync = on"));
        assert!(refusal(judge("on", "off", "on")).contains("set full_page_writes = on"));
    }

    #[test]
    fn a_wish_for_tls_is_not_ignored() {
        assert!(configure("postgres://a@b/c").is_ok());
        let refusal = configure("postgres://a:secret@b/c?sslmode=require").unwrap_err().to_string();
        assert!(refusal.contains("sslmode=require") && !refusal.contains("secret"), "{refusal}");
        assert!(matches!(configure("postgres://a@b/c?sslmode=verify-full"), Err(Error::Unfit(_))));
    }
}
