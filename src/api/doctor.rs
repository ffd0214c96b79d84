//! `GET /api/system/doctor`: what usually breaks an installation, and how to mend it.

use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::Tag;
use super::answer::{Answer, Payload};
use super::bridge::blocking;
use super::document::Refusals;
use super::problem::{Code, Problem};
use super::value::{Timestamp, closed_type};
use crate::doctor::{Check, Diagnosis, Doctor, Finding, Verdict};

/// What each operation here may refuse with, beside what every operation may.
pub const REFUSALS: Refusals = &[("getDiagnosis", &[Code::InvalidParameter, Code::UnknownParameter])];

closed_type!(
    Verdict,
    "Verdict",
    "`ok`: as it should be. `warning`: it works, and should be looked at. `failure`: it does not work. `unknown`: it \
     could not be seen."
);
closed_type!(
    Check,
    "Check",
    "What was looked at. Of each library: `library_root` (is it there, and the one that Cacherr knows), `library_access` \
     (may Cacherr write there), `file_system`, `swap` (20 swaps of a file of its own, read meanwhile), `cache_device` \
     (does the cache lie elsewhere). `cache_dir`: is it there, and can it be written. `cache_way`: do others get to the \
     copies. `media_server`: does it answer. Of each of its sections: `locations` (is each folder one of a library), \
     `mapped_files` (are its files where they should be, with the size it says). `link_readable`: does it read through a \
     link. `preferences`: what it does by itself. `other_readers`: see `/api/system/readers`. `mover_seen`: is the NAS's \
     own mover seen when it runs. `mover_list`: is it told what to leave alone. `inotify`: may the cache be watched. `clock`: do clocks agree."
);

/// What the doctor found.
#[derive(Object, Debug)]
#[oai(rename = "Diagnosis")]
struct DiagnosisBody {
    /// When it was looked at; null when nobody asked since the start: then there are no findings.
    #[oai(nullable)]
    ran_at: Option<Timestamp>,
    /// How many findings are failures.
    failures: i32,
    /// How many are warnings.
    warnings: i32,
    /// What was found, in the order of the checks.
    findings: Vec<FindingBody>,
}

/// One thing that was looked at.
#[derive(Object, Debug)]
#[oai(rename = "Finding")]
struct FindingBody {
    /// What was looked at.
    check: Check,
    /// Of what: a library, a section, a reader.
    subject: String,
    /// How it is.
    verdict: Verdict,
    /// What was seen, in a sentence.
    says: String,
    /// What to do, in a sentence; null where all is well.
    #[oai(nullable)]
    fix: Option<String>,
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> Self {
        let Finding { check, subject, verdict, says, fix } = finding.clone();
        Self { check, subject, verdict, says, fix }
    }
}

impl DiagnosisBody {
    fn of(diagnosis: Option<&Diagnosis>) -> Self {
        let count = |verdict| {
            let count = diagnosis.map_or(0, |diagnosis| diagnosis.count(verdict));
            i32::try_from(count).unwrap_or(i32::MAX)
        };
        Self {
            ran_at: diagnosis.map(|diagnosis| Timestamp(diagnosis.ran_at)),
            failures: count(Verdict::Failure),
            warnings: count(Verdict::Warning),
            findings: diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings).map(Into::into).collect(),
        }
    }
}

/// The resource.
#[derive(Default)]
pub struct DoctorApi;

#[OpenApi(tag = "Tag::System")]
impl DoctorApi {
    /// Read what the doctor found
    ///
    /// The last run since the start. With `run=true` everything is looked at anew, which may take a minute and wakes the
    /// disks of all libraries: a hidden folder is made in the root of each library, a file of Cacherr's own is swapped
    /// there twenty times, and the folder is removed; the media server is asked for all its files, and some of them are
    /// looked at. Nothing else is changed.
    #[oai(path = "/api/system/doctor", method = "get", operation_id = "getDiagnosis")]
    async fn get(
        &self,
        doctor: Data<&Doctor>,
        /// Whether to look anew; false when absent.
        run: Query<Option<bool>>,
    ) -> Result<Answer<DiagnosisBody>, Problem> {
        let doctor = doctor.0.clone();
        let diagnosis = match run.0 {
            Some(true) => Some(blocking(move || Ok(doctor.run()?)).await?),
            Some(false) | None => doctor.last(),
        };
        Ok(Answer::ok(DiagnosisBody::of(diagnosis.as_deref())))
    }
}

impl Payload for DiagnosisBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was found.")];
}

impl Example for DiagnosisBody {
    fn example() -> Self {
        Self {
            ran_at: Some(Timestamp::EXAMPLE),
            failures: 1,
            warnings: 0,
            findings: vec![FindingBody {
                check: Check::Swap,
                subject: "Movies".to_owned(),
                verdict: Verdict::Failure,
                says: "fuse.mergerfs refuses the atomic exchange of two names (Invalid argument), so nothing can be \
                       cached here"
                    .to_owned(),
                fix: Some("set swap = \"link_rename\" for this library in cacherr.toml".to_owned()),
            }],
        }
    }
}
