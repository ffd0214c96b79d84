//! Settings as the API shows and takes them.

use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::api::answer::Payload;
use crate::api::value::{closed_type, text};
use crate::config::{Change, Changed, Described, Difference, Form, Look, Origin, Repetition, To};
use crate::domain::file::closed_names;

closed_type!(
    Form,
    "SettingForm",
    "How a value is written. `text`: any text, or one of `allowed`. `secret`: text that is shown as `***`, and stays as it is where \
     that is sent back. `size`: bytes, or a number with a unit (1024-based) such as 250GB. `number`: a whole number. `flag`: \
     true or false. `list`: several texts."
);

/// Who decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum OriginKind {
    Default,
    File,
    Environment,
    Argument,
}

closed_names!(OriginKind {
    Default => "default",
    File => "file",
    Environment => "environment",
    Argument => "argument",
});

closed_type!(
    OriginKind,
    "SettingOriginKind",
    "`default`: nobody said anything. `file`: the configuration file. `environment`: a variable. `argument`: one of the command \
     line. What comes later here wins."
);

/// Where a value came from.
#[derive(Object, Debug)]
#[oai(rename = "SettingOrigin")]
struct OriginBody {
    /// Who decided.
    kind: OriginKind,
    /// The variable or the argument.
    #[oai(nullable)]
    name: Option<String>,
    /// The line of the file, from 1.
    #[oai(nullable)]
    line: Option<i32>,
}

impl From<&Origin> for OriginBody {
    fn from(origin: &Origin) -> Self {
        let (kind, name, line) = match origin {
            Origin::Default => (OriginKind::Default, None, None),
            Origin::File { line, .. } => (OriginKind::File, None, i32::try_from(*line).ok()),
            Origin::Env(name) => (OriginKind::Environment, Some(name.clone()), None),
            Origin::Flag(name) => (OriginKind::Argument, Some((*name).to_owned()), None),
        };
        Self { kind, name, line }
    }
}

/// A setting.
#[derive(Object, Debug)]
#[oai(rename = "Setting")]
struct SettingBody {
    /// Its name, such as `cache.limit` or `library.0.path`. In `templates` a `*` stands for the number.
    key: String,
    /// The table it stands in; empty for the top of the file.
    table: String,
    /// Its value as a person writes it, items of a list parted by `; `; `***` for a secret that is set; null where nothing is
    /// set and there is no default.
    #[oai(nullable)]
    value: Option<String>,
    /// The items of a list; null for everything else.
    #[oai(nullable)]
    items: Option<Vec<String>>,
    /// What holds where nobody sets it; null where that is nothing, or follows from something else.
    #[oai(nullable)]
    default: Option<String>,
    /// What it might be, where there is no default.
    #[oai(nullable)]
    example: Option<String>,
    /// How it is written.
    form: Form,
    /// What it means.
    doc: String,
    /// What it may be, where only that is possible; an empty text among them stands for nothing.
    #[oai(nullable)]
    allowed: Option<Vec<String>>,
    /// Where the value came from.
    origin: OriginBody,
    /// Whether it can be changed here. What a variable or an argument sets cannot, nor what does not belong in the file.
    changeable: bool,
}

impl From<&Described> for SettingBody {
    fn from(described: &Described) -> Self {
        let Described { key, table, value, items, default, example, form, doc, allowed, origin, changeable } =
            described;
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            key: key.clone(),
            table: (*table).to_owned(),
            value: value.clone(),
            items: items.clone(),
            default: default.clone(),
            example: example.map(str::to_owned),
            form: *form,
            doc: doc.clone(),
            allowed: allowed.map(texts),
            origin: origin.into(),
            changeable: *changeable,
        }
    }
}

/// A table of which there can be several.
#[derive(Object, Debug)]
#[oai(rename = "RepeatedTable")]
struct RepeatedBody {
    /// Its name.
    table: String,
    /// How many there are: the number of one that is added.
    entries: i32,
    /// What each says at least, in words.
    says: String,
    /// Whether one can be added here.
    changeable: bool,
}

impl From<&Repetition> for RepeatedBody {
    fn from(repetition: &Repetition) -> Self {
        let Repetition { table, entries, says, changeable } = *repetition;
        Self {
            table: table.to_owned(),
            entries: i32::try_from(entries).unwrap_or(i32::MAX),
            says: says.to_owned(),
            changeable,
        }
    }
}

/// A setting that the file has and the running instance does not do yet.
#[derive(Object, Debug)]
#[oai(rename = "PendingSetting")]
struct PendingBody {
    /// Its name.
    key: String,
    /// What runs; null where it is not set.
    #[oai(nullable)]
    running: Option<String>,
    /// What the file says; null where it is not set. Two secrets that differ are both `***`.
    #[oai(nullable)]
    saved: Option<String>,
}

/// The configuration file as it is now, with what arguments and environment say, and what of it does not run yet.
#[derive(Object, Debug)]
#[oai(rename = "AllSettings")]
pub struct SettingsBody {
    /// The file.
    file: String,
    /// Whether it is there; the first change makes it.
    file_exists: bool,
    /// Changes with the file; sent back with a change, so that nobody else's is overwritten.
    version: String,
    /// Every setting, in the order of the file.
    settings: Vec<SettingBody>,
    /// Tables of which there can be several.
    repeated: Vec<RepeatedBody>,
    /// What is known of the keys of those that are to come.
    templates: Vec<SettingBody>,
    /// What the file says and the running instance does not do yet.
    pending: Vec<PendingBody>,
    /// What is wrong with the file as it is now, in sentences: somebody changed it by hand. And why the last restart came to
    /// nothing, where it did.
    problems: Vec<String>,
    /// What is allowed, and should be known.
    warnings: Vec<String>,
}

impl SettingsBody {
    /// As it is. `trouble` is what went wrong otherwise.
    pub fn of(look: &Look, trouble: Option<String>) -> Self {
        let Look { file, exists, version, settings, repeated, templates, pending, problems, warnings } = look;
        let running = |difference: &Difference| PendingBody {
            key: difference.key.clone(),
            running: difference.from.clone(),
            saved: difference.to.clone(),
        };
        Self {
            file: text(file),
            file_exists: *exists,
            version: version.clone(),
            settings: settings.iter().map(Into::into).collect(),
            repeated: repeated.iter().map(Into::into).collect(),
            templates: templates.iter().map(Into::into).collect(),
            pending: pending.iter().map(running).collect(),
            problems: problems.iter().cloned().chain(trouble).collect(),
            warnings: warnings.clone(),
        }
    }
}

/// A setting that became another one.
#[derive(Object, Debug)]
#[oai(rename = "SettingChange")]
struct ChangedBody {
    /// Its name.
    key: String,
    /// What it was; null where it was not set.
    #[oai(nullable)]
    from: Option<String>,
    /// What it is; null where it is not set. A secret that became another one is `***` in both.
    #[oai(nullable)]
    to: Option<String>,
}

/// What was changed, and the file as it is then.
#[derive(Object, Debug)]
#[oai(rename = "SettingsChanged")]
pub struct ChangedSettingsBody {
    /// The file, or as it would be.
    #[oai(flatten)]
    settings: SettingsBody,
    /// What is another one than before, also what follows from a change: the numbers of libraries after one that went.
    changed: Vec<ChangedBody>,
    /// Whether the instance starts anew now, in place, to do what the file says.
    restarting: bool,
}

impl ChangedSettingsBody {
    /// After a change.
    pub fn of(changed: &Changed, trouble: Option<String>, restarting: bool) -> Self {
        let difference = |one: &Difference| ChangedBody {
            key: one.key.clone(),
            from: one.from.clone(),
            to: one.to.clone(),
        };
        Self {
            settings: SettingsBody::of(&changed.look, trouble),
            changed: changed.changed.iter().map(difference).collect(),
            restarting,
        }
    }
}

/// What is to be changed.
#[derive(Object)]
#[oai(rename = "SettingsRequest", deny_unknown_fields, example)]
pub struct ChangeSettings {
    /// The version that was seen; refused where the file is another one by now. Absent or null: whatever it is.
    #[oai(nullable, validator(max_length = 64))]
    pub version: Option<String>,
    /// Nothing is written: it is only said what would be. False when absent.
    #[oai(nullable)]
    pub dry_run: Option<bool>,
    /// Start anew afterwards, in place, so that it takes effect. True when absent.
    #[oai(nullable)]
    pub apply: Option<bool>,
    /// What becomes of which setting; all of it, or nothing.
    #[oai(validator(max_items = 1000))]
    pub changes: Vec<ChangeSetting>,
}

/// What becomes of a setting.
#[derive(Object)]
#[oai(rename = "SettingChangeRequest", deny_unknown_fields)]
pub struct ChangeSetting {
    /// Its name. `library.1` alone, without value and items, removes that whole library; `library.<n>.name` with n =
    /// `entries` adds one; the same for users.
    #[oai(validator(min_length = 1, max_length = 200))]
    key: String,
    /// Its value, as a person writes it. Without it and without items the default holds again.
    #[oai(nullable, validator(max_length = 4096))]
    value: Option<String>,
    /// The items of a list.
    #[oai(nullable, validator(max_items = 1000))]
    items: Option<Vec<String>>,
}

impl ChangeSetting {
    /// What is meant; nothing where that is two things at once.
    pub fn read(self) -> Result<Change, String> {
        let Self { key, value, items } = self;
        let to = match (value, items) {
            (None, None) => To::Default,
            (Some(text), None) => To::Text(text),
            (None, Some(items)) => To::Items(items),
            (Some(_), Some(_)) => return Err(key),
        };
        Ok(Change { key, to })
    }
}

impl Payload for SettingsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "All settings.")];
}

impl Payload for ChangedSettingsBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "What was changed, or would be.")];
    const HAS_MESSAGE: bool = true;
}

impl Example for SettingBody {
    fn example() -> Self {
        Self {
            key: "cache.limit".to_owned(),
            table: "cache".to_owned(),
            value: Some("250GB".to_owned()),
            items: None,
            default: None,
            example: Some("250GB".to_owned()),
            form: Form::Size,
            doc: "At most this much is used.".to_owned(),
            allowed: None,
            origin: OriginBody { kind: OriginKind::File, name: None, line: Some(4) },
            changeable: true,
        }
    }
}

impl Example for SettingsBody {
    fn example() -> Self {
        Self {
            file: "/var/lib/cacherr/cacherr.toml".to_owned(),
            file_exists: true,
            version: "7d865e959b2466918c9863afca942d0f".to_owned(),
            settings: vec![SettingBody::example()],
            repeated: vec![RepeatedBody {
                table: "library".to_owned(),
                entries: 2,
                says: "name and path".to_owned(),
                changeable: true,
            }],
            templates: vec![],
            pending: vec![],
            problems: vec![],
            warnings: vec![],
        }
    }
}

impl Example for ChangedSettingsBody {
    fn example() -> Self {
        let pending = vec![PendingBody {
            key: "cache.limit".to_owned(),
            running: Some("200GB".to_owned()),
            saved: Some("250GB".to_owned()),
        }];
        Self {
            settings: SettingsBody { pending, ..SettingsBody::example() },
            changed: vec![ChangedBody {
                key: "cache.limit".to_owned(),
                from: Some("200GB".to_owned()),
                to: Some("250GB".to_owned()),
            }],
            restarting: true,
        }
    }
}

impl Example for ChangeSettings {
    fn example() -> Self {
        let limit =
            ChangeSetting { key: "cache.limit".to_owned(), value: Some("250GB".to_owned()), items: None };
        Self { version: None, dry_run: Some(true), apply: None, changes: vec![limit] }
    }
}
