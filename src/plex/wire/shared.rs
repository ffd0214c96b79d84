//! The two answers of plex.tv that are XML only: friends, and with whom a server is shared.

use roxmltree::{Document, Node};

use super::lenient::truth;
use super::{Incomplete, usable};
use crate::domain::media::people::{Friend, SharedUser};
use crate::domain::secret::Secret;

/// The friends of an account.
pub fn friends(xml: &str) -> Result<Vec<Friend>, Incomplete> {
    read(xml, "User")
}

/// Those with whom a server is shared.
pub fn shared_users(xml: &str) -> Result<Vec<SharedUser>, Incomplete> {
    read(xml, "SharedServer")
}

/// All elements of this name in a container. Documents that define entities are refused by the parser, so none grows.
fn read<T>(xml: &str, name: &str) -> Result<Vec<T>, Incomplete>
where
    for<'a, 'input> T: TryFrom<Node<'a, 'input>, Error = Incomplete>,
{
    let document = Document::parse(xml).map_err(|_| Incomplete("XML"))?;
    let root = document.root_element();
    if !root.has_tag_name("MediaContainer") {
        return Err(Incomplete("MediaContainer"));
    }
    Ok(usable(root.children().filter(|node| node.has_tag_name(name)).collect()))
}

fn attribute(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn id(node: Node<'_, '_>, name: &'static str) -> Result<u64, Incomplete> {
    attribute(node, name).and_then(|id| id.parse().ok()).ok_or(Incomplete(name))
}

impl TryFrom<Node<'_, '_>> for Friend {
    type Error = Incomplete;

    fn try_from(node: Node<'_, '_>) -> Result<Self, Incomplete> {
        let username = attribute(node, "username");
        let servers = node.children().filter(|child| child.has_tag_name("Server"));
        Ok(Self {
            id: id(node, "id")?,
            uuid: attribute(node, "thumb").as_deref().and_then(uuid_of_picture).map(str::to_owned),
            title: attribute(node, "title").or_else(|| username.clone()).unwrap_or_default(),
            username,
            home: node.attribute("home").and_then(truth).unwrap_or_default(),
            servers: servers.filter_map(|server| attribute(server, "machineIdentifier")).collect(),
        })
    }
}

impl TryFrom<Node<'_, '_>> for SharedUser {
    type Error = Incomplete;

    fn try_from(node: Node<'_, '_>) -> Result<Self, Incomplete> {
        Ok(Self {
            id: id(node, "userID")?,
            username: attribute(node, "username").unwrap_or_default(),
            token: attribute(node, "accessToken").map(Secret::new),
        })
    }
}

/// `…/users/<uuid>/avatar…`: nothing else tells a friend's identifier.
fn uuid_of_picture(address: &str) -> Option<&str> {
    let (uuid, rest) = address.split_once("/users/")?.1.split_once('/')?;
    (!uuid.is_empty() && rest.starts_with("avatar")).then_some(uuid)
}
