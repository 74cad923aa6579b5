//! Ids: UUIDv7 as text, one type for each kind of thing, so that they cannot be mixed up. They sort by when they were
//! made, which is what lists are paged by; whether one is of anything, only the database knows.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as it is stored and sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A person with an account.
    UserId;
    /// One sign-in, in a browser or of a script.
    SessionId;
    /// A creator's one stream; also the name of its LiveKit room.
    StreamId;
    /// One time on air.
    BroadcastId;
    /// An application to become a creator.
    ApplicationId;
    /// A line of a chat.
    LineId;
    /// Something that a moderator did.
    ActionId;
    /// An entry of the audit log.
    AuditId;
}
