//! Who may ask for what: every operation of the document, and the pages beside it, in one table.
//!
//! The gate lets in by it, the document tells it (`security`, `x-role`), and a test walks through all of it with every
//! role and with none.
//! **Invariant:** what is not in the table is for administrators. Each role may what the ones above it in the table may.

use crate::domain::access::Role;

/// What is needed to ask for something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Permission {
    /// Nothing: it says nothing about anybody, or checks for itself.
    Open,
    /// At least this role.
    AtLeast(Role),
}

use Permission::{AtLeast, Open};

const VIEWER: Permission = AtLeast(Role::Viewer);
const OPERATOR: Permission = AtLeast(Role::Operator);
const ADMIN: Permission = AtLeast(Role::Admin);

/// Operations by their ids, pages by their paths.
const TABLE: &[(&str, Permission)] = &[
    // Whether it lives, and what it is able to do.
    ("getHealth", Open),
    ("getReadiness", Open),
    ("/api/docs", Open),
    ("/api/openapi.json", Open),
    // The token in the path is a key of its own.
    ("receiveWebhook", Open),
    // The way in.
    ("getAuthState", Open),
    ("setUp", Open),
    ("logIn", Open),
    ("beginPlexLogIn", Open),
    ("claimPlexLogIn", Open),
    // One's own affairs, whoever one is.
    ("logOut", VIEWER),
    ("getMe", VIEWER),
    ("listAuthSessions", VIEWER),
    ("revokeAuthSession", VIEWER),
    ("changePassword", VIEWER),
    ("createTicket", VIEWER),
    // To look.
    ("getVersion", VIEWER),
    ("listFiles", VIEWER),
    ("getFile", VIEWER),
    ("searchFiles", VIEWER),
    ("getStatistics", VIEWER),
    ("getStatisticsHistory", VIEWER),
    ("getSpace", VIEWER),
    ("getUserStatistics", VIEWER),
    ("listOperations", VIEWER),
    ("listJobs", VIEWER),
    ("getJob", VIEWER),
    ("getPlan", VIEWER),
    ("listSessions", VIEWER),
    ("getPaused", VIEWER),
    ("listUsers", VIEWER),
    ("listen", VIEWER),
    // To act on files, and what shows more than there is to see.
    ("browseLibrary", OPERATOR),
    ("searchLibrary", OPERATOR),
    ("addFile", OPERATOR),
    ("removeFile", OPERATOR),
    ("startBatch", OPERATOR),
    ("cleanUp", OPERATOR),
    ("exportFiles", OPERATOR),
    ("cancelJob", OPERATOR),
    ("pauseJob", OPERATOR),
    ("resumeJob", OPERATOR),
    ("runPlan", OPERATOR),
    ("pausePlan", OPERATOR),
    ("getDiagnosis", OPERATOR),
    ("getSystemInfo", OPERATOR),
    ("listSources", OPERATOR),
    ("refreshPlex", OPERATOR),
    ("testPlexMapping", OPERATOR),
    ("listReaders", OPERATOR),
    // To say how it is to be, and who is who.
    ("probe", ADMIN),
    ("putReader", ADMIN),
    ("removeReader", ADMIN),
    ("restart", ADMIN),
    ("forgetUser", ADMIN),
    ("listWebhooks", ADMIN),
    ("beginPlexSignIn", ADMIN),
    ("getPlexSignIn", ADMIN),
    ("signOutOfPlex", ADMIN),
    ("getSettings", ADMIN),
    ("changeSettings", ADMIN),
    ("listAccounts", ADMIN),
    ("addAccount", ADMIN),
    ("changeAccount", ADMIN),
    ("removeAccount", ADMIN),
    ("listKeys", ADMIN),
    ("addKey", ADMIN),
    ("revokeKey", ADMIN),
];

/// What an operation or a page needs.
#[must_use]
pub fn of(id: &str) -> Permission {
    TABLE.iter().find(|(known, _)| *known == id).map_or(ADMIN, |(_, permission)| *permission)
}

/// The table: operations by their ids and pages by their paths, with the least role that each needs; none where it is open to
/// everybody.
pub fn permissions() -> impl Iterator<Item = (&'static str, Option<Role>)> {
    TABLE.iter().map(|(id, permission)| match permission {
        Open => (*id, None),
        AtLeast(role) => (*id, Some(*role)),
    })
}

impl Permission {
    /// The role it needs, as the document says it; `none` where it needs none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Open => "none",
            AtLeast(role) => role.name(),
        }
    }
}
