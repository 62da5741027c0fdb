//! Pages without script: whose their forms must be, what a failure looks like, and what the interface's page names.

use super::*;
use crate::http::table;

const BOUNDARY: &str = "----a-boundary";

fn form(path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    warp::test::request()
        .method("POST")
        .path(path)
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
}

fn page(response: &Response<Bytes>) -> String {
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    String::from_utf8(response.body().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_logs_in_and_wrong_words_show_it_again() {
    let house = House::build().await;
    let wrong = [("name", "张三"), ("password", "<b>guess")];
    let refused = house.send(form("/plain/log-in", &wrong)).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let shown = page(&refused);
    assert!(shown.contains("name=\"password\"") && !shown.contains("<b>guess"));
    let right = [("name", "张三"), ("password", "correct horse")];
    let done = house.send(form("/plain/log-in", &right)).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    let cookie = done.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let home = house
        .send(get("/plain").header("cookie", cookie.split(';').next().unwrap()))
        .await;
    assert!(page(&home).contains("青山镇"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_proof_or_of_another_site_does_nothing() {
    let house = House::build().await;
    let (cookie, csrf) = house.session().await;
    let out = |fields: &[(&str, &str)]| form("/plain/log-out", fields).header("cookie", &cookie);
    for request in [
        out(&[]),
        out(&[("csrf", "guess")]),
        out(&[("csrf", &csrf)]).header("origin", "http://evil.example"),
        out(&[("csrf", &csrf)]).header("sec-fetch-site", "cross-site"),
    ] {
        let refused = house.send(request).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(page(&refused).contains("XM-"));
    }
    let still = house
        .send(get("/api/v1/session").header("cookie", &cookie))
        .await;
    assert_eq!(still.status(), StatusCode::OK);
    let left = house.send(out(&[("csrf", &csrf)])).await;
    assert_eq!(left.status(), StatusCode::SEE_OTHER);
    let after = house
        .send(get("/api/v1/session").header("cookie", &cookie))
        .await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_for_a_form_is_refused_in_words() {
    let house = House::build().await;
    let (cookie, _) = house.session().await;
    for kind in [
        "multipart/form-data",
        "text/plain",
        "multipart/form-data; boundary=x",
    ] {
        let sent = warp::test::request()
            .method("POST")
            .path("/plain/imports")
            .header("cookie", &cookie)
            .header("content-type", kind)
            .body("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\ncut");
        let refused = house.send(sent).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{kind}");
        assert!(page(&refused).contains("/plain"));
    }
    let nobody = house.send(get("/plain/projects")).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    assert!(page(&nobody).contains("name=\"password\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_interface_names_every_route_and_takes_nothing_from_outside() {
    let house = House::build().await;
    for (language, title) in [("zh-CN", "程序接口"), ("en", "The interface for programs")] {
        let request = get("/api/docs").header("accept-language", language);
        let shown = page(&house.send(request).await);
        assert!(shown.contains(title), "{shown}");
        for route in table::routes() {
            let line = format!("<td>{}</td><td>{}</td>", route.method, route.path);
            assert!(shown.contains(&line), "{line}");
            let query = route.query.iter();
            let told = query.into_iter().all(|(name, _)| shown.contains(name));
            assert!(told, "{line}: a parameter is missing");
        }
        assert!(
            !shown.contains("<script") && !shown.contains("://"),
            "{shown}"
        );
        // The little it refers to is served here too.
        for part in shown.split("href=\"").skip(1) {
            let path = part.split('"').next().unwrap();
            assert_eq!(
                house.send(get(path)).await.status(),
                StatusCode::OK,
                "{path}"
            );
        }
    }
}
