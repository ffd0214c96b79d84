//! `POST /api/sources/plex/mapping/test`: does the media server have its files where the libraries are?

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::answer::Payload;
use crate::api::bridge::blocking;
use crate::api::problem::{Code, Problem};
use crate::api::text::{AbsolutePath, Name};
use crate::api::value::{closed_type, text};
use crate::doctor::Doctor;
use crate::doctor::mapping::{Fit, Tested, TestedFile, TestedLibrary, Unmapped, ask};
use crate::domain::access::{Principal, Role};
use crate::domain::settings::{Library, SwapMethod};
use crate::error::Error;
use crate::media::Media;
use crate::media::people::{Problem as Trouble, Whom};

closed_type!(
    Fit,
    "MappingVerdict",
    "`ok`: files were looked for and found, with the size that the media server says. `wrong`: none was found; or some would \
     be by another `server_path`. `empty`: the media server has no files there. `unreachable`: the library cannot be looked at."
);

/// Which libraries to test.
#[derive(Object, Debug, Default)]
#[oai(rename = "MappingTestRequest", deny_unknown_fields, example)]
pub struct MappingRequest {
    /// The libraries as they might be; those that are configured when absent or null.
    #[oai(nullable, validator(max_items = "64"))]
    libraries: Option<Vec<MappingLibrary>>,
}

/// A library as it might be.
#[derive(Object, Debug)]
#[oai(rename = "MappingLibraryRequest", deny_unknown_fields)]
struct MappingLibrary {
    /// Its name.
    name: Name,
    /// Its root, as this machine sees it.
    path: AbsolutePath,
    /// Its root, as the media server sees it; the same when absent or null.
    #[oai(nullable, validator(min_length = "1", max_length = "4096"))]
    server_path: Option<String>,
}

impl MappingLibrary {
    fn read(self) -> Result<Library, Problem> {
        let Self { name, path, server_path } = self;
        let path = path.read("path")?;
        let server_path = server_path.map_or_else(|| path.clone(), Into::into);
        Ok(Library { name: name.read("name")?, path, server_path, swap: SwapMethod::Exchange })
    }
}

/// What came of it.
#[derive(Object, Debug)]
#[oai(rename = "MappingTest")]
pub struct MappingTest {
    /// Each library, in the order in which they were given.
    libraries: Vec<TestedBody>,
    /// Folders of the media server that lie in none of them; nothing in them is ever cached.
    unmapped: Vec<UnmappedBody>,
}

/// One library.
#[derive(Object, Debug)]
#[oai(rename = "MappingTestLibrary")]
struct TestedBody {
    /// Its name.
    name: String,
    /// Its root.
    path: String,
    /// Its root, as the media server sees it; null where that is the same path.
    #[oai(nullable)]
    server_path: Option<String>,
    /// How it is.
    verdict: Fit,
    /// Why it cannot be looked at, in a sentence.
    #[oai(nullable)]
    problem: Option<String>,
    /// Some of the files that should lie in it: at most eight.
    samples: Vec<TestedFileBody>,
    /// What would be better.
    #[oai(nullable)]
    proposal: Option<BetterBody>,
}

/// A file that was looked for.
#[derive(Object, Debug)]
#[oai(rename = "MappingTestFile")]
struct TestedFileBody {
    /// As the media server sees it.
    server_path: String,
    /// Where it should lie here.
    path: String,
    /// Whether a file is there.
    found: bool,
    /// Whether it has the size that the media server says; null where that is not known.
    #[oai(nullable)]
    size_matches: Option<bool>,
    /// What is amiss, in a sentence.
    #[oai(nullable)]
    problem: Option<String>,
}

/// What a library should rather say.
#[derive(Object, Debug)]
#[oai(rename = "MappingTestProposal")]
struct BetterBody {
    /// The folder of the media server that is this library.
    server_path: String,
    /// The root of the library: it stays.
    path: String,
}

/// A folder of the media server.
#[derive(Object, Debug)]
#[oai(rename = "MappingTestUnmapped")]
struct UnmappedBody {
    /// The title of its section.
    section: String,
    /// The folder.
    location: String,
}

/// Answers the request.
///
/// # Errors
/// Nobody has signed in; the media server does not answer; a folder is none of a library, and who asks is no admin.
pub async fn test(
    media: &Media,
    doctor: &Doctor,
    by: &Principal,
    request: MappingRequest,
) -> Result<MappingTest, Problem> {
    let given =
        request.libraries.map(|all| all.into_iter().map(MappingLibrary::read).collect::<Result<Vec<_>, _>>());
    let libraries = given.transpose()?.unwrap_or_else(|| doctor.libraries().to_vec());
    check(&libraries, doctor.libraries(), by)?;
    let nobody = || Error::PlexUnavailable {
        sentence: "nobody has signed in to Plex, so it cannot be asked for its files".to_owned(),
    };
    let client = media.household().reach().owner().await?.ok_or_else(nobody)?;
    let silent =
        |fault| Error::PlexUnavailable { sentence: Trouble::of_fault(Whom::Server, &fault).sentence };
    let locations = ask(&client).await.map_err(silent)?;
    let doctor = doctor.clone();
    blocking(move || Ok(doctor.test_mapping(&locations, &libraries).into())).await
}

/// Whether files exist outside of the libraries is no business of operators.
fn check(libraries: &[Library], configured: &[Library], by: &Principal) -> Result<(), Problem> {
    let is_known = |library: &Library| configured.iter().any(|known| known.path == library.path);
    if by.role < Role::Admin && !libraries.iter().all(is_known) {
        let sentence = "only an admin may have folders looked at that are no library yet";
        return Err(Problem::new(Code::Forbidden, sentence));
    }
    let mut names: Vec<&str> = libraries.iter().map(|library| library.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Problem::invalid("libraries", "must have names that differ"));
    }
    Ok(())
}

impl From<Tested> for MappingTest {
    fn from(tested: Tested) -> Self {
        let unmapped = |Unmapped { section, location }| UnmappedBody { section, location: location.0 };
        Self {
            libraries: tested.libraries.into_iter().map(Into::into).collect(),
            unmapped: tested.unmapped.into_iter().map(unmapped).collect(),
        }
    }
}

impl From<TestedLibrary> for TestedBody {
    fn from(tested: TestedLibrary) -> Self {
        let TestedLibrary { library, verdict, problem, samples, proposal } = tested;
        let path = text(&library.path);
        Self {
            name: library.name,
            server_path: (library.server_path != library.path).then(|| text(&library.server_path)),
            verdict,
            problem,
            samples: samples.into_iter().map(Into::into).collect(),
            proposal: proposal.map(|proposal| BetterBody { server_path: proposal.0, path: path.clone() }),
            path,
        }
    }
}

impl From<TestedFile> for TestedFileBody {
    fn from(file: TestedFile) -> Self {
        let TestedFile { server_path, path, found, size_matches, problem } = file;
        Self { server_path: server_path.0, path: text(path), found, size_matches, problem }
    }
}

impl Payload for MappingTest {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was found.")];
}

impl Example for MappingRequest {
    fn example() -> Self {
        Self {
            libraries: Some(vec![MappingLibrary {
                name: "Movies".into(),
                path: "/mnt/array/movies".into(),
                server_path: Some("/media/movies".to_owned()),
            }]),
        }
    }
}

impl Example for MappingTest {
    fn example() -> Self {
        Self {
            libraries: vec![TestedBody {
                name: "Movies".to_owned(),
                path: "/mnt/array/movies".to_owned(),
                server_path: Some("/media/movies".to_owned()),
                verdict: Fit::Ok,
                problem: None,
                samples: vec![TestedFileBody {
                    server_path: "/media/movies/Dune (2021)/Dune (2021).mkv".to_owned(),
                    path: "/mnt/array/movies/Dune (2021)/Dune (2021).mkv".to_owned(),
                    found: true,
                    size_matches: Some(true),
                    problem: None,
                }],
                proposal: None,
            }],
            unmapped: vec![UnmappedBody { section: "TV Shows".to_owned(), location: "/media/tv".to_owned() }],
        }
    }
}
