//! What is wrong with the fields of a request, collected so that one answer names them all; and a field that may be
//! left out, which is something else than one that is `null`. The names are those on the wire. What is wrong is said to
//! whom is answered, in their language: a log gets the names alone.

use std::collections::BTreeMap;

use crate::text;

/// Why a value was not accepted, in words for the person who typed it: what is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    /// An explanation.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Field name as it is on the wire → what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub BTreeMap<String, String>);

impl FieldErrors {
    /// One field that is wrong.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(BTreeMap::from([(field.to_owned(), message.into())]))
    }

    /// Keeps the value of a valid field, and the explanation of an invalid one.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, Invalid>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(Invalid(message)) => {
                self.0.insert(field.to_owned(), message);
                None
            }
        }
    }

    /// Which fields are wrong, and not what with them: for the log.
    pub fn names(&self) -> String {
        self.0.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    /// `Err` with everything collected, if there is anything.
    ///
    /// # Errors
    /// The collected fields themselves.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// A field of a request that changes things: left out, `null`, or a value.
///
/// Serde cannot tell the first two apart in an `Option`; `#[serde(default)]` on a field of this type can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Left out: stays as it is.
    #[default]
    Keep,
    /// `null`: removed, where that is possible.
    Clear,
    /// Becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// Whether nothing is asked for.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, `None` when left out; `null` is refused because this field always has a value.
    ///
    /// # Errors
    /// An explanation when it is `null`.
    pub fn required(self) -> Result<Option<T>, Invalid> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Err(Invalid::new(text!(fields.not_null))),
            Self::Set(value) => Ok(Some(value)),
        }
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Change<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<T>::deserialize(deserializer)? {
            None => Self::Clear,
            Some(value) => Self::Set(value),
        })
    }
}

impl<T: serde::Serialize> serde::Serialize for Change<T> {
    /// Fields of this type carry `skip_serializing_if = "Change::is_keep"`, so that what is kept is left out.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, serde::Serialize, PartialEq, Debug)]
    struct Body {
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        title: Change<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for (json, change) in [
            ("{}", Change::Keep),
            (r#"{"title":null}"#, Change::Clear),
            (r#"{"title":"a"}"#, Change::Set("a".to_owned())),
        ] {
            let body: Body = serde_json::from_str(json).expect("valid JSON");
            assert_eq!(body, Body { title: change });
            assert_eq!(serde_json::to_string(&body).expect("serializable"), json);
        }
    }
}
