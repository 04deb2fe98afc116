//! Which chain the tests run on.
//!
//! | variable | what it says | without it |
//! |---|---|---|
//! | `PORTCULLIS_RPC_URL` | the endpoint: `http://…` | a node of its own for every world, in this process |
//! | `PORTCULLIS_RPC_KEY` | the private key of an account there that has money | [`NITRO_DEV_KEY`] |
//! | `PORTCULLIS_RPC_PLAIN` | `1`: use standard methods only, whatever the endpoint has | what the endpoint has is used |

use alloy_primitives::{b256, B256};
use std::env::VarError;

/// The key of the account that has money on Nitro's dev node. Known to everyone.
pub const NITRO_DEV_KEY: B256 = b256!("0xb6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659");

/// Which chain the tests run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A node of the world's own, in this process.
    Own,
    /// A node that somebody else started, and that others may use too.
    Given {
        /// Where it is.
        url: String,
        /// The key of an account that has money there.
        key: B256,
        /// Whether to use standard methods only.
        plain: bool,
    },
}

/// What is wrong with the variables.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// A variable's value is no text.
    #[error("{0} is not valid Unicode")]
    Unreadable(&'static str),
    /// The key is none.
    #[error("PORTCULLIS_RPC_KEY is no private key: 32 bytes in hexadecimal are")]
    Key,
    /// Neither yes nor no.
    #[error("PORTCULLIS_RPC_PLAIN is {0:?}: say 1 or nothing")]
    Plain(String),
}

impl Endpoint {
    /// The chain that the environment names.
    ///
    /// # Errors
    /// An [`EndpointError`] when a variable says nothing that makes sense.
    pub fn from_env() -> Result<Self, EndpointError> {
        Self::from_variables(|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(EndpointError::Unreadable(name)),
        })
    }

    fn from_variables(
        get: impl Fn(&'static str) -> Result<Option<String>, EndpointError>,
    ) -> Result<Self, EndpointError> {
        let set = |name| Ok(get(name)?.filter(|value| !value.is_empty()));
        let Some(url) = set("PORTCULLIS_RPC_URL")? else {
            return Ok(Self::Own);
        };
        let key = match set("PORTCULLIS_RPC_KEY")? {
            Some(key) => key.parse().map_err(|_| EndpointError::Key)?,
            None => NITRO_DEV_KEY,
        };
        let plain = match set("PORTCULLIS_RPC_PLAIN")?.as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => return Err(EndpointError::Plain(other.to_owned())),
        };
        Ok(Self::Given { url, key, plain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Endpoint, EndpointError> {
        Endpoint::from_variables(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    const URL: (&str, &str) = ("PORTCULLIS_RPC_URL", "http://127.0.0.1:8547");

    #[test]
    fn without_an_address_every_world_has_a_node_of_its_own() {
        assert_eq!(of(&[]), Ok(Endpoint::Own));
        assert_eq!(of(&[("PORTCULLIS_RPC_URL", "")]), Ok(Endpoint::Own));
    }

    #[test]
    fn an_address_alone_is_taken_for_nitros_dev_node() {
        let expected = Endpoint::Given {
            url: URL.1.to_owned(),
            key: NITRO_DEV_KEY,
            plain: false,
        };
        assert_eq!(of(&[URL]), Ok(expected));
    }

    #[test]
    fn the_key_and_plainness_are_taken_as_given() {
        let key = B256::repeat_byte(7);
        let text = key.to_string();
        let expected = Endpoint::Given {
            url: URL.1.to_owned(),
            key,
            plain: true,
        };
        let variables = [URL, ("PORTCULLIS_RPC_KEY", &text), ("PORTCULLIS_RPC_PLAIN", "1")];
        assert_eq!(of(&variables), Ok(expected));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_variables_name() {
        let key = of(&[URL, ("PORTCULLIS_RPC_KEY", "0x12")]).unwrap_err();
        assert_eq!(
            key.to_string(),
            "PORTCULLIS_RPC_KEY is no private key: 32 bytes in hexadecimal are"
        );
        let plain = of(&[URL, ("PORTCULLIS_RPC_PLAIN", "maybe")]).unwrap_err();
        assert_eq!(plain, EndpointError::Plain("maybe".to_owned()));
    }
}
