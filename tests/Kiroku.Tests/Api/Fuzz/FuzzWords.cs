using System.Text;

namespace Kiroku.Tests.Api.Fuzz;

/// <summary>
/// Values that hostile and careless clients send: numbers in every form, invalid strings, headers, queries and ids.
/// </summary>
internal static class FuzzWords
{
    /// <summary>JSON values, as they are written.</summary>
    public static readonly string[] Values =
    [
        "1.0", "1e2", "1E+2", "-0", "-0.0", "0", "1", "-1", "2", "0.1", "1e400", "-1e400", "1e-400", "2147483647",
        "2147483648", "-2147483649",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
        "99999999999999999999999999999999999999",
        "3.5e38", "null", "true", "false", "[]", "{}", "[[]]", "[null]", "{\"\":null}", "{\"a\":{\"b\":[1]}}", "\"\"",
        "\" \"", "\"1\"", "\"1.0\"", "\"1e2\"",
        "\"-0\"", "\"NaN\"", "\"Infinity\"", "\"\\u0663\"", "\"\\uff11\"", "\"1\\n\"", "\" 1\"", "\"0x10\"",
        "\"1_000\"", "\"2147483648\"",
        "\"9223372036854775808\"", "\"99999999999999999999999999999999\"", "\"\\u0000\"", "\"\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u202e\"", "\"\\ufffe\"",
        "\"2020-01-01\"", "\"0000-00-00T99:99\"", "\"9999-12-31T23:59:59-14:00\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"../../etc/passwd\"", "\"'; DROP TABLE servers; --\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"{00000000000000000000000000000000}\"", "\"on\"", "\"ACTIVE\"",
        "\"active\"", "\"::1\"", "\"1.2.3.4\"", "\"AAAA\"", "\"(a+)+$\"",
        "\"zone:host:node\"", "\":\"", "\"::\"", Text('x', 256), Text('x', 65_536), Text('9', 400),
        $"\"{new string('\u00e9', 300)}\"",
        // Invalid JSON.
        "NaN", "Infinity", "-", "01", "1.", ".5", "+1", "'x'", "\"\t\"", "\"\\x\"", "\"\\u12\"", "", "[", "{\"a\"",
        "tru", "/**/1", "[1,]", "{\"a\":1,}", Nested(63), Nested(1000),
    ];

    /// <summary>
    /// The values that best show how a part of a body is read. Each part gets the first three, whatever the seed.
    /// </summary>
    public static readonly string[] Telling = ["1.0", "1e400", "null", "1e2", "-0", "9223372036854775808", "0.1",
        "\"NaN\"", "\"\\ud800\"", "{}", "[]", "\"\""];

    /// <summary>Queries that each route gets.</summary>
    public static readonly string[] TellingQueries = ["?=1", "?=", "?%00=%00", "?limit=1.0", "?limit=&marker=",
        "?limit=%FF", "?sort_key=&sort_dir=", "?name=%00&name=%ED%A0%80"];

    public static readonly string[] QueryNames =
    [
        "", "limit", "marker", "page_size", "offset", "changes-since", "changes-before", "name", "status", "sort_key",
        "sort_dir", "sort", "all_tenants", "deleted", "host", "tags",
        "not-tags", "all_projects", "locked", "ip", "ip6", "is_public", "minRam", "minDisk", "id", "visibility", "tag",
        "size_min", "size_max", "created_at", "updated_at", "member_status", "_x", "flavor",
        "uuid", "start", "end", "detailed", "user_id", "tenant_id", "project_id", "owner", "enabled", "domain_id",
        "parent_id", "scope.project.id", "scope.domain.id", "user.id", "role.id",
        "effective", "include_names", "nocatalog", "binary", "with_servers", "availability_zone", "node",
        "reservation_id", "min_disk", "power_state", "a[b]", "\0", "\u00e9", "limit ",
    ];

    /// <summary>Values of parameters, encoded.</summary>
    public static readonly string[] QueryValues =
    [
        "", "0", "1", "2", "-1", "-0", "1.0", "1e2", "1e400", "2147483648", "9223372036854775808",
        "99999999999999999999999", "%00", "%FF", "%C3%28", "%ED%A0%80", "%F0%9F%98%80", "%", "%zz", "%u0041",
        "%EF%BC%91", "%D9%A3", "1;limit=2", "+", "%20", "null", "true", "ACTIVE", "in:a,b", "in:", "in:%22a,b", "eq:",
        "gt:", "gt:x", "lt:9999-12-31T23:59:59-14:00", "gte:0001-01-01T00:00:00%2B14:00", "asc",
        "created_at", "created_at:desc", ":", "%5B", "(a%2B)%2B$", "(%3F%3Dx)", "'%3B--", "2020-01-01",
        "0000-00-00T99:99", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00", "4000000000-01-01",
        "00000000-0000-0000-0000-000000000000", "..%2F..", new string('9', 400), new string('x', 2000),
    ];

    /// <summary>Whole queries.</summary>
    public static readonly string[] Queries =
    [
        "?", "?=", "?=1", "?&", "?&&&=&", "?;", "?=&=", "?a=b=c", "?%00", "?%00=%00", "?%FF=%FF", "?%", "?%=%",
        "?limit", "?limit=", "?limit&limit", "?limit=1&limit=1", "?limit=1&Limit=2",
        "?marker=&marker=", "?limit[]=1", "?limit=1#x", "??limit=1", "?limit=1?limit=1", "?+=+", "?%3D=1",
        "?\u0026#61;=1", $"?{string.Concat(Enumerable.Repeat("a=1&", 1100))}",
        $"?{new string('=', 1000)}", $"?{string.Concat(Enumerable.Range(0, 1100).Select(number => $"k{number}&"))}",
    ];

    /// <summary>
    /// None is one or two dots, because a client would resolve those in the address and delete something else.
    /// </summary>
    public static readonly string[] Ids =
    [
        "%00", "%FF", "%C3%28", "%2F", "..%2F", "...", "%2E%2E%2E", "%25", "%2500", "+", "%20", "%F0%9F%98%80",
        "%ED%A0%80",
        "0", "-1", "1.0", "1e2", "9223372036854775808", "99999999999999999999", "%D9%A3", "null",
        "00000000-0000-0000-0000-000000000000", "detail", "action", "defaults", ";a=b", "'", "%22", "%7B%7D", "*",
        new string('a', 300), new string('%', 3), new string('a', 3000),
    ];

    private static readonly string[] Versions =
    [
        "compute 2.1", "compute latest", "compute 2.999", "compute 1.0", "compute x", "compute 2.-1", "compute 2.1.1",
        "compute 99999999999999999999.1", "compute 2.99999999999999999999", "compute 2.1,compute 2.96",
        "", ",", "identity 3", "compute", "compute 2.1 2.2", "compute 2.01", "compute \u0663.1", "2.96", "latest", "2.",
        ".1", "\u00e9",
    ];

    private static readonly string[] Garbage = ["", " ", "x", ",", ";", "\"", "\u00e9", "\u00ff\u00fe", "%00", "req-x",
        "0", "-1", "a=b", "a, b", new string('x', 1000), new string(',', 500)];

    /// <summary>Headers, each with possible values.</summary>
    public static readonly (string Name, string[] Values)[] Headers =
    [
        ("OpenStack-API-Version", Versions), ("X-OpenStack-Nova-API-Version", Versions),
        ("X-Auth-Token", Garbage), ("X-Subject-Token", Garbage), ("X-Service-Token", Garbage),
        ("Authorization", ["Basic x", "Bearer", "Basic \u00e9", "Digest a=b", ""]),
        ("Accept",
            ["*/*", "text/html", "application/xml;q=", "application/json;q=2", ";", "\u00e9", "a/b/c",
                "application/octet-stream"]), ("Accept-Encoding", ["gzip", "br;q=1.1", "*;q=0", ","]),
                    ("Accept-Language", ["\u00e9", "*", ";"]),
        ("Accept-Charset", ["utf-16", "\u00e9"]),
        ("Content-Type",
            ["application/json", "application/json; charset=utf-16", "application/json;", "application/xml",
                "text/plain", "multipart/form-data; boundary=", "application/x-www-form-urlencoded", ";;;", "\u00e9",
                "application/octet-stream",
            "application/openstack-images-v2.1-json-patch", "application/openstack-images-v2.0-json-patch"]),
        ("Content-Encoding", ["gzip", "x", ""]), ("Content-MD5", Garbage),
        ("If-Match", ["*", "\"x\"", "W/\"x\"", "x", ""]), ("If-None-Match", ["*", "\"x\"", ","]),
        ("If-Modified-Since", ["Sat, 29 Oct 1994 19:43:31 GMT", "x", "99999999999"]),
        ("If-Unmodified-Since", ["Sat, 29 Oct 1994 19:43:31 GMT", "x"]),
        ("If-Range", ["\"x\"", "x"]),
        ("Range",
            ["bytes=0-", "bytes=-1", "bytes=-0", "bytes=5-2", "bytes=0-0,2-3", "bytes=9999999999999999999-",
                "bytes=-9999999999999999999", "items=0-1", "bytes", "bytes=", "bytes=a-b",
                "bytes=0-9223372036854775807", "\u00e9"]),
        ("Content-Range", ["bytes 0-1/2", "bytes */*", "bytes 9223372036854775807-9223372036854775808/*", "x", ""]),
        ("Idempotency-Key", ["k", "", " ", "\u00e9", new string('k', 255), new string('k', 256), "a, b"]),
        ("X-OpenStack-Request-Id", Garbage), ("X-Compute-Request-Id", Garbage),
        ("traceparent", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0", .. Garbage]),
        ("tracestate", Garbage), ("baggage", Garbage),
        ("Request-Id", Garbage), ("Correlation-Context", Garbage),
        ("Host", ["example.org", "example.org:99999", "[::1]", "[::1", "127.0.0.1:0", "\u00e9", "a b", "x@y", "/"]),
        ("X-Forwarded-For", ["1.2.3.4", "::1, x", .. Garbage]), ("X-Forwarded-Proto", ["https", "gopher", .. Garbage]),
        ("X-Forwarded-Host", ["x:y", .. Garbage]), ("X-Forwarded-Prefix", ["/x", "//x", .. Garbage]),
        ("Forwarded", ["for=\"", .. Garbage]),
        ("X-HTTP-Method-Override", ["DELETE", "x"]), ("Cookie", ["a", "=", "a=b; a=c", "\u00e9"]),
        ("Origin", ["null", "x"]), ("Referer", Garbage), ("Upgrade", ["websocket", "h2c", "x"]), ("Via", Garbage),
        ("Pragma", Garbage),
        ("User-Agent", ["", "\u00e9", new string('u', 2000)]), ("X-Roles", ["admin"]), ("X-Project-Id", Garbage),
        ("X-User-Id", Garbage), ("X-Identity-Status", ["Confirmed"]), ("X-Image-Meta-Store", Garbage),
        ("X-OpenStack-Image-Size", ["-1", "9223372036854775808", "x"]),
    ];

    private static string Text(char character, int count) => $"\"{new string(character, count)}\"";

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();
}
