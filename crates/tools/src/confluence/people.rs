//! Names of people, looked up in one go and kept per identity.

use crate::Context;
use atlassian_confluence::users;
use atlassian_markup::model::{UserId, UserIdKind};
use futures::StreamExt as _;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Look-ups in flight at once on Data Center, which knows no bulk request.
const AT_ONCE: usize = 8;

/// Display names by id. A name that cannot be found out is left out: readers then show the id.
pub(super) async fn names(
    cx: &Context,
    ids: impl IntoIterator<Item = UserId>,
) -> HashMap<String, String> {
    let wanted: HashSet<UserId> = ids.into_iter().filter(|id| !id.value.is_empty()).collect();
    let mut names = HashMap::new();
    let mut missing = Vec::new();
    for id in wanted {
        match cx.caches.users.get(&cache_key(cx, &id)).await {
            Some(name) => {
                names.insert(id.value, name.to_string());
            }
            None => missing.push(id),
        }
    }
    let found = if cx.is_cloud() { cloud(cx, &missing).await } else { dc(cx, &missing).await };
    for (id, name) in found {
        cx.caches.users.insert(cache_key(cx, &id), Arc::from(name.as_str())).await;
        names.insert(id.value, name);
    }
    names
}

/// A Cloud account id.
pub(super) fn account(id: &str) -> UserId {
    UserId { kind: UserIdKind::AccountId, value: id.to_owned() }
}

fn cache_key(cx: &Context, id: &UserId) -> (atlassian_settings::Identity, String) {
    (cx.identity(), format!("{:?}:{}", id.kind, id.value))
}

async fn cloud(cx: &Context, ids: &[UserId]) -> Vec<(UserId, String)> {
    let accounts: Vec<&str> = ids
        .iter()
        .filter(|id| id.kind == UserIdKind::AccountId)
        .map(|id| id.value.as_str())
        .collect();
    let requests: Vec<_> = accounts.chunks(users::MAX_BULK).map(users::bulk).collect();
    let answers =
        futures::future::join_all(requests.iter().map(|request| cx.confluence::<Value>(request)))
            .await;
    let mut found = Vec::new();
    for user in answers.iter().flatten().flat_map(|answer| super::at::list(answer, "/results")) {
        if let (Some(id), Some(name)) = (
            user.get("accountId").and_then(Value::as_str),
            super::at::text(user, "/displayName").or(super::at::text(user, "/publicName")),
        ) {
            found.push((account(id), name.to_owned()));
        }
    }
    found
}

async fn dc(cx: &Context, ids: &[UserId]) -> Vec<(UserId, String)> {
    let look_up = |id: UserId| async move {
        let request = match id.kind {
            UserIdKind::Username => users::by_username(&id.value),
            UserIdKind::UserKey => users::by_key(&id.value),
            UserIdKind::AccountId => return None,
        };
        let user: Value = cx.confluence(&request).await.ok()?;
        super::at::text(&user, "/displayName").map(|name| (id, name.to_owned()))
    };
    futures::stream::iter(ids.iter().cloned().map(look_up))
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await
}
