use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Uri, uri::PathAndQuery},
    middleware::Next,
};

/// Serves a path with a final slash as the path without it, unless the path with the slash exists itself.
///
/// Portals that were written for another server may send the slash. A redirect would lose the body of a `POST` in clients
/// that do not follow `307`, so the request is served at once.
pub(crate) async fn final_slash<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.path().ends_with('/')
        && !request.resource_map().has_resource(request.path())
        && let Some(uri) = without_final_slash(request.uri())
    {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address without the final slash of its path, or nothing if the path has no final slash or several.
fn without_final_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/'))?;
    let target = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_slash_of_the_path_goes() {
        for (given, without) in [
            ("/a/", Some("/a")),
            ("/a/b/?x=/", Some("/a/b?x=/")),
            ("/a/?", Some("/a?")),
            ("//", None),
            ("/a//", None),
            ("http://localhost/a/?b", Some("http://localhost/a?b")),
            ("/", None),
            ("/a", None),
            ("/a?b/", None),
        ] {
            let found = without_final_slash(&given.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), without, "{given}");
        }
    }
}
