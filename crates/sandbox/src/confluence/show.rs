//! Contents and spaces in the form of version 1, with the parts that `expand` names.

use serde_json::{Map, Value, json};

use crate::people::confluence_time;
use crate::wire::Call;

use super::model::*;

/// Comments, attachments and children in an expanded content, and labels.
const EXPANDED: usize = 25;

/// A list of dotted paths to expand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expand {
    paths: Vec<String>,
}

impl Expand {
    pub(crate) fn of(call: &Call) -> Self {
        Self { paths: call.list("expand") }
    }

    /// These paths.
    pub(crate) fn paths(paths: &[&str]) -> Self {
        Self { paths: paths.iter().map(|p| (*p).to_owned()).collect() }
    }

    /// Asks for one more path.
    pub(crate) fn add(&mut self, path: &str) {
        self.paths.push(path.to_owned());
    }

    /// Whether the path, or something below it, is asked for.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths
            .iter()
            .any(|p| p == path || p.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// What is asked for below a path.
    pub(crate) fn below(&self, path: &str) -> Self {
        let prefix = format!("{path}.");
        Self {
            paths: self
                .paths
                .iter()
                .filter_map(|p| p.strip_prefix(&prefix))
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Confluence {
    pub(crate) fn show_space1(&self, space: &Space, expand: &Expand, call: &Call) -> Value {
        let webui = if self.cloud() {
            format!("/spaces/{}", space.key)
        } else {
            format!("/display/{}", space.key)
        };
        let mut shown = json!({
            "id": space.id,
            "key": space.key,
            "name": space.name,
            "type": if space.personal { "personal" } else { "global" },
            "status": "current",
        });
        if let Some(object) = shown.as_object_mut() {
            if expand.has("description.plain") {
                object.insert("description".to_owned(), json!({"plain": {"value": space.description, "representation": "plain", "embeddedContent": []}}));
            }
            if expand.has("homepage")
                && let Some(home) = space.homepage.and_then(|id| self.contents.get(&id))
            {
                object.insert(
                    "homepage".to_owned(),
                    self.show1(home, home.latest(), &expand.below("homepage"), call),
                );
            }
            object.insert(
                "_expandable".to_owned(),
                json!({"homepage": space.homepage.map(|id| format!("/rest/api/content/{id}")), "metadata": "", "icon": "", "description": ""}),
            );
            object.insert("_links".to_owned(), json!({"webui": webui, "self": format!("{}/rest/api/space/{}", call.base, space.key)}));
        }
        shown
    }

    pub(crate) fn show_version1(&self, content: &Content, edition: &Edition, call: &Call) -> Value {
        json!({
            "by": self.user(&edition.by, call),
            "when": confluence_time(edition.at),
            "friendlyWhen": edition.at.strftime("%b %d, %Y").to_string(),
            "message": edition.message,
            "number": edition.number,
            "minorEdit": edition.minor,
            "hidden": false,
            "_expandable": {"content": format!("/rest/api/content/{}", content.shown_id())},
            "_links": {"self": format!("{}/rest/api/content/{}/version/{}", call.base, content.shown_id(), edition.number)},
        })
    }

    /// The history of a content; who changed it last only when that is expanded too.
    pub(crate) fn show_history1(&self, content: &Content, expand: &Expand, call: &Call) -> Value {
        let parts = [
            ("lastUpdated", content.editions.last()),
            ("previousVersion", content.editions.iter().rev().nth(1)),
        ];
        let mut shown = json!({
            "latest": true,
            "createdBy": self.user(&content.author, call),
            "createdDate": confluence_time(content.created),
            "_links": {"self": format!("{}/rest/api/content/{}/history", call.base, content.shown_id())},
        });
        let mut left = json!({"nextVersion": "", "contributors": ""});
        for (name, edition) in parts {
            let (into, value) = if expand.has(name) {
                (&mut shown, edition.map_or(Value::Null, |e| self.show_version1(content, e, call)))
            } else {
                (&mut left, json!(""))
            };
            if let Some(object) = into.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
        }
        if let Some(object) = shown.as_object_mut() {
            object.insert("_expandable".to_owned(), left);
        }
        shown
    }

    pub(crate) fn show_label1(label: &Label) -> Value {
        json!({"prefix": label.prefix, "name": label.name, "id": label.id.to_string(), "label": label.name})
    }

    pub(crate) fn show_property1(
        &self,
        content: &Content,
        key: &str,
        property: &Property,
        call: &Call,
    ) -> Value {
        json!({
            "id": property.id.to_string(),
            "key": key,
            "value": property.value,
            "version": {
                "by": self.user(&property.by, call),
                "when": confluence_time(property.at),
                "message": "",
                "number": property.version,
                "minorEdit": false,
                "hidden": false,
            },
            "_expandable": {"content": format!("/rest/api/content/{}", content.shown_id())},
            "_links": {"self": format!("{}/rest/api/content/{}/property/{key}", call.base, content.shown_id())},
        })
    }

    fn inner_list(&self, rows: Vec<Value>, path: &str, call: &Call) -> Value {
        let size = rows.len().min(EXPANDED);
        json!({
            "results": rows.into_iter().take(EXPANDED).collect::<Vec<_>>(),
            "start": 0,
            "limit": EXPANDED,
            "size": size,
            "_links": {"self": format!("{}{path}", call.base)},
        })
    }

    /// A body in the formats asked for.
    fn show_bodies1(&self, edition: &Edition, expand: &Expand, content: &Content) -> Value {
        let mut bodies = Map::new();
        for format in ["storage", "view", "export_view", "styled_view", "editor"] {
            if expand.has(format) {
                let value =
                    if format == "storage" { edition.body.clone() } else { view(&edition.body) };
                bodies.insert(
                    format.to_owned(),
                    json!({"value": value, "representation": format, "_expandable": {"content": format!("/rest/api/content/{}", content.shown_id())}}),
                );
            }
        }
        Value::Object(bodies)
    }

    /// The links of a content.
    fn show_links1(&self, content: &Content, edition: &Edition, call: &Call) -> Value {
        let id = content.shown_id();
        let mut links = json!({"self": format!("{}/rest/api/content/{id}", call.base), "webui": self.webui(content)});
        if let Some(object) = links.as_object_mut() {
            match content.kind {
                Kind::Attachment => {
                    object
                        .insert("download".to_owned(), json!(self.download_link(content, edition)));
                }
                Kind::Page | Kind::Blog => {
                    let edit = if self.cloud() { "editui" } else { "edit" };
                    object.insert("tinyui".to_owned(), json!(self.tinyui(content)));
                    object.insert(
                        edit.to_owned(),
                        json!(format!("/pages/resumedraft.action?draftId={id}")),
                    );
                }
                Kind::Comment | Kind::Folder => {}
            }
            object.insert("collection".to_owned(), json!("/rest/api/content"));
            object.insert("base".to_owned(), json!(self.url));
            object.insert("context".to_owned(), json!(self.context()));
        }
        links
    }

    /// The legacy path of an attachment's bytes.
    pub(crate) fn download_link(&self, content: &Content, edition: &Edition) -> String {
        format!(
            "/download/attachments/{}/{}?version={}&modificationDate={}&cacheVersion=1&api=v2",
            content.container.unwrap_or(0),
            crate::wire::encode(&edition.title).replace('+', "%20"),
            edition.number,
            edition.at.as_millisecond(),
        )
    }

    /// A content in one of its versions.
    pub(crate) fn show1(
        &self,
        content: &Content,
        edition: &Edition,
        expand: &Expand,
        call: &Call,
    ) -> Value {
        let id = content.shown_id();
        let old = edition.number != content.latest().number;
        let mut shown = json!({
            "id": id,
            "type": content.kind.name(),
            "status": if old { "historical" } else { content.status.as_str() },
            "title": edition.title,
        });
        let Some(object) = shown.as_object_mut() else { return shown };
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        if let Some(subtype) = &content.subtype {
            put("subtype", json!(subtype));
        }
        if expand.has("space")
            && let Some(space) = self.space(&content.space)
        {
            put("space", self.show_space1(space, &expand.below("space"), call));
        }
        if expand.has("history") {
            put("history", self.show_history1(content, &expand.below("history"), call));
        }
        if expand.has("version") {
            put("version", self.show_version1(content, edition, call));
        }
        if expand.has("ancestors") {
            let below = expand.below("ancestors");
            put(
                "ancestors",
                self.ancestors(content)
                    .into_iter()
                    .map(|a| self.show1(a, a.latest(), &below, call))
                    .collect(),
            );
        }
        if expand.has("container")
            && let Some(container) = content.container.and_then(|id| self.contents.get(&id))
        {
            put(
                "container",
                self.show1(container, container.latest(), &expand.below("container"), call),
            );
        }
        if expand.has("body") {
            put("body", self.show_bodies1(edition, &expand.below("body"), content));
        }
        if expand.has("metadata") || content.kind == Kind::Attachment {
            put("metadata", self.show_metadata1(content, edition, &expand.below("metadata"), call));
        }
        if expand.has("children") {
            put("children", self.show_children1(content, &expand.below("children"), call));
        }
        put("extensions", self.show_extensions1(content, edition, expand));
        put("_links", self.show_links1(content, edition, call));
        let names = [
            "space",
            "history",
            "version",
            "ancestors",
            "container",
            "body",
            "metadata",
            "children",
        ];
        let left: Map<String, Value> = names
            .iter()
            .filter(|name| !object.contains_key(**name))
            .map(|name| {
                let path = match *name {
                    "space" => format!("/rest/api/space/{}", content.space),
                    "history" => format!("/rest/api/content/{id}/history"),
                    "children" => format!("/rest/api/content/{id}/child"),
                    _ => String::new(),
                };
                ((*name).to_owned(), json!(path))
            })
            .collect();
        object.insert("_expandable".to_owned(), Value::Object(left));
        shown
    }

    fn show_metadata1(
        &self,
        content: &Content,
        edition: &Edition,
        expand: &Expand,
        call: &Call,
    ) -> Value {
        let mut metadata = Map::new();
        if content.kind == Kind::Attachment {
            metadata.insert("comment".to_owned(), json!(edition.message));
            metadata.insert("mediaType".to_owned(), json!(content.media_type));
        }
        if expand.has("labels") {
            let rows = content.labels.iter().map(Self::show_label1).collect();
            metadata.insert(
                "labels".to_owned(),
                self.inner_list(
                    rows,
                    &format!("/rest/api/content/{}/label", content.shown_id()),
                    call,
                ),
            );
        }
        if expand.has("properties") {
            let below = expand.below("properties");
            let shown: Map<String, Value> = content
                .properties
                .iter()
                .filter(|(key, _)| below.paths.is_empty() || below.has(key))
                .map(|(key, property)| {
                    (key.clone(), self.show_property1(content, key, property, call))
                })
                .collect();
            metadata.insert("properties".to_owned(), Value::Object(shown));
        }
        Value::Object(metadata)
    }

    fn show_children1(&self, content: &Content, expand: &Expand, call: &Call) -> Value {
        let mut children = Map::new();
        for (name, kind) in
            [("attachment", Kind::Attachment), ("comment", Kind::Comment), ("page", Kind::Page)]
        {
            if expand.has(name) {
                let below = expand.below(name);
                let rows = self
                    .child_list(content, kind)
                    .into_iter()
                    .map(|c| self.show1(c, c.latest(), &below, call))
                    .collect();
                let path = format!("/rest/api/content/{}/child/{name}", content.shown_id());
                children.insert(name.to_owned(), self.inner_list(rows, &path, call));
            }
        }
        Value::Object(children)
    }

    /// Children of a kind: pages and folders by their parent, the rest by their container. A
    /// comment's children are its answers.
    pub(crate) fn child_list(&self, content: &Content, kind: Kind) -> Vec<&Content> {
        match (kind, content.kind) {
            (Kind::Page | Kind::Folder, _) => {
                self.children(content.id).into_iter().filter(|c| c.kind == kind).collect()
            }
            (Kind::Comment, Kind::Comment) => self
                .contents
                .values()
                .filter(|c| c.kind == kind && c.parent == Some(content.id) && c.current())
                .collect(),
            (Kind::Comment, _) => {
                self.held(content.id, kind).into_iter().filter(|c| c.parent.is_none()).collect()
            }
            _ => self.held(content.id, kind),
        }
    }

    fn show_extensions1(&self, content: &Content, edition: &Edition, expand: &Expand) -> Value {
        match content.kind {
            Kind::Attachment => json!({
                "mediaType": content.media_type,
                "fileSize": edition.data.len(),
                "comment": edition.message,
                "mediaTypeDescription": content.media_type,
            }),
            Kind::Comment => {
                let mut shown =
                    json!({"location": if content.inline.is_some() { "inline" } else { "footer" }});
                if let (Some(inline), Some(object)) = (&content.inline, shown.as_object_mut()) {
                    if expand.has("extensions.inlineProperties") {
                        object.insert("inlineProperties".to_owned(), json!({"originalSelection": inline.selection, "markerRef": inline.marker}));
                    }
                    if expand.has("extensions.resolution") {
                        object
                            .insert("resolution".to_owned(), json!({"status": inline.resolution}));
                    }
                }
                shown
            }
            _ if self.cloud() => json!({"position": content.position}),
            // Data Center tells a position only once somebody has sorted the children by hand.
            _ => {
                json!({"position": if content.position == 0 { json!("none") } else { json!(content.position) }})
            }
        }
    }
}

/// A rough rendering: the macros' own tags go, their contents stay.
pub(crate) fn view(storage: &str) -> String {
    let mut out = String::new();
    let mut rest = storage;
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        if let Some(cdata) = tail.strip_prefix("<![CDATA[") {
            let end = cdata.find("]]>").unwrap_or(cdata.len());
            out.push_str(&super::storage::escape(cdata.get(..end).unwrap_or_default()));
            rest = cdata.get(end + 3..).unwrap_or_default();
            continue;
        }
        let end = tail.find('>').map_or(tail.len(), |at| at + 1);
        let tag = tail.get(..end).unwrap_or_default();
        let name = tag.trim_start_matches("</").trim_start_matches('<');
        if !name.starts_with("ac:") && !name.starts_with("ri:") {
            out.push_str(tag);
        }
        rest = tail.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_loses_the_macros_tags_only() {
        let storage = "<p>a</p><ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p>b</p></ac:rich-text-body></ac:structured-macro><ac:plain-text-body><![CDATA[x<y]]></ac:plain-text-body>";
        assert_eq!(view(storage), "<p>a</p><p>b</p>x&lt;y");
    }

    #[test]
    fn expanding_a_part_expands_what_holds_it() {
        let expand = Expand::paths(&["body.storage", "version"]);
        assert!(expand.has("body") && expand.has("version"));
        assert!(!expand.has("space") && !expand.has("bod"));
        assert!(expand.below("body").has("storage"));
    }
}
