//! The home: its members, and becoming one of them.

use super::unauthorized;
use crate::demo::plex::asked::Asked;
use crate::demo::plex::node::{Datum, Node};
use crate::demo::plex::reply::{Content, Reply};
use crate::demo::plex::world::{Person, Reach, State, World};

pub(super) fn users(state: &State, person: &Person) -> Reply {
    let members = members(state, person).map(|person| {
        Node::each("user")
            .with("id", person.id)
            .with("uuid", person.uuid.as_str())
            .with("title", person.name.as_str())
            .with("username", (!person.is_managed()).then(|| person.name.clone()))
            .with("email", person.email())
            .with("friendlyName", Datum::Nothing)
            .with("thumb", person.thumb())
            .with("hasPassword", !person.is_managed())
            .with("restricted", person.is_managed())
            .with("restrictionProfile", person.is_managed().then(|| "little_kid".to_owned()))
            .with("admin", person.is_owner())
            .with("guest", false)
            .with("protected", person.pin().is_some())
    });
    let owner = state.owner();
    let node = Node::only("home")
        .with("id", owner.map_or(0, |owner| owner.id))
        .with("name", owner.map(|owner| format!("{}'s home", owner.name)))
        .with("guestEnabled", false)
        .with("subscription", true)
        .child(Node::list("users").children(members));
    Reply::document(node)
}

/// The home of the server's owner, for those who belong to it.
fn members<'s>(state: &'s State, person: &Person) -> impl Iterator<Item = &'s Person> + use<'s> {
    let belongs = person.in_home();
    state.people.values().filter(move |member| belongs && member.in_home())
}

/// The first version of it: XML, and other names.
pub(super) fn users_of_old(state: &State, person: &Person) -> Reply {
    let members: Vec<Node> =
        members(state, person).map(|person| Node::each("User").with_person(person)).collect();
    let node = Node::only("MediaContainer").with("identifier", "com.plexapp.plugins.myplex");
    Reply::only_xml(node.with("size", members.len()).children(members))
}

/// Becomes a member of the home: by PIN where there is one, also for the administrator.
pub(super) fn switch(world: &World, asked: &Asked, person: &Person, uuid: &str) -> Reply {
    match become_one(world, asked, person, |member| member.uuid == uuid) {
        Ok((member, token)) => {
            let reply = super::account::user(&world.state(), &member, &token);
            Reply { status: 201, ..reply }
        }
        Err(reply) => *reply,
    }
}

pub(super) fn switch_of_old(world: &World, asked: &Asked, person: &Person, id: &str) -> Reply {
    match become_one(world, asked, person, |member| member.id.to_string() == id) {
        Ok((member, token)) => {
            let node = Node::only("user").with_person(&member).with("authenticationToken", token);
            Reply::new(201, Content::OnlyXml(node))
        }
        Err(reply) => *reply,
    }
}

fn become_one(
    world: &World,
    asked: &Asked,
    person: &Person,
    is_it: impl Fn(&Person) -> bool,
) -> Result<(Person, String), Box<Reply>> {
    if !person.in_home() {
        return Err(Box::new(unauthorized()));
    }
    let mut state = world.state();
    let member = state.people.values().find(|member| member.in_home() && is_it(member)).cloned();
    let Some(member) = member else { return Err(Box::new(Reply::cloud(404, 1002, "User not found"))) };
    if member.pin().is_some_and(|pin| asked.param("pin") != Some(pin)) {
        return Err(Box::new(Reply::cloud(403, 1041, "A valid PIN is required to perform this action")));
    }
    // A token for a while, other than the one that stands for the account.
    let token = format!("switch-{}-{}", member.id, state.number());
    let reach = if member.is_owner() { Reach::Both } else { Reach::Cloud };
    state.tokens.issue(&token, member.id, reach);
    Ok((member, token))
}

impl Node {
    /// As XML of old says a person.
    pub(super) fn with_person(self, person: &Person) -> Self {
        let name = if person.is_managed() { "" } else { &person.name };
        self.with("id", person.id)
            .with("uuid", person.uuid.as_str())
            .with("admin", person.is_owner())
            .with("guest", false)
            .with("restricted", person.is_managed())
            .with("home", person.in_home())
            .with("hasPassword", !person.is_managed())
            .with("protected", person.pin().is_some())
            .with("title", person.name.as_str())
            .with("username", name)
            .with("email", person.email())
            .with("thumb", person.thumb())
    }
}
