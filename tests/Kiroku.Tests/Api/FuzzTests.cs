using System.Text;
using System.Text.Json;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Api;

/// <summary>
/// Random requests, the same ones each time. None may break the service or be answered with broken JSON.
/// </summary>
public sealed class FuzzTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const int Requests = 3000;
    private readonly Random random = new(20161130);

    private static readonly string[] Methods = [
        "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

    private static readonly string[] Roots = [
        "/v2.1", "/v2", "/v2/PROJECT", "/v2.1/PROJECT", "/v2.1/x", "/image/v2", "/identity/v3", "/network/v2.0",
        "", "/v3"];

    private static readonly string[] Rests =
    [
        "", "/", "/servers", "/servers/detail", "/servers/ID", "/servers/ID/action", "/servers/ID/action",
        "/servers/SERVER/action", "/servers/SERVER/os-instance-actions",
        "/servers/SERVER/metadata", "/servers/SERVER/metadata/ID", "/servers/SERVER/tags", "/servers/SERVER/tags/ID",
        "/servers/SERVER",
        "/servers/ID/os-instance-actions/ID", "/flavors", "/flavors/detail", "/flavors/ID",
        "/flavors/ID/os-extra_specs", "/flavors/42/os-extra_specs/ID", "/flavors/ID/os-flavor-access",
        "/flavors/42/action", "/images", "/images/ID",
        "/images/ID/file", "/images/ID/members", "/images/ID/members/ID", "/images/ID/tags/ID",
        "/images/ID/actions/deactivate", "/schemas/image", "/projects", "/users/ID", "/auth/tokens", "/auth/projects",
        "/os-keypairs", "/os-server-groups", "/os-server-groups/ID", "/networks", "/ports", "/ports/ID",
        "/security-groups", "/quotas/ID/details",
    ];

    private static readonly string[] Keys =
    [
        "limit", "marker", "changes-since", "changes-before", "name", "status", "sort_key", "sort_dir", "all_tenants",
        "deleted", "host", "tags",
        "locked", "ip", "is_public", "minRam", "id", "visibility", "tag", "size_min", "created_at", "member_status",
        "sort", "_x", "flavor", "uuid", "\0", "é", "",
    ];

    private static readonly string[] Words =
    [
        "", "0", "-1", "1", "1e999", "9223372036854775808", "٣", "null", "true", "ACTIVE", "deleted", "in:a,b", "asc",
        "created_at", "[", "(a+)+$", "(?=x)",
        "\0", "\ud83d\ude00", "\u202e", "'; DROP TABLE servers; --", "%", "2020-01-01", "0000-00-00T99:99",
        "9999-12-31T23:59:59-14:00", "42", "x.y.z/../..",
    ];

    private static readonly string[] BodyKeys =
    [
        "server", "os-start", "os-stop", "reboot", "rebuild", "resize", "unshelve", "os-getConsoleOutput", "name",
        "flavorRef", "imageRef",
        "type", "metadata", "networks", "min_count", "max_count", "length", "tags", "availability_zone", "auth",
        "identity", "methods", "password", "token", "meta", "hostname", "description", "disk_format", "member",
        "min_disk", "flavor", "ram", "vcpus", "extra_specs", "addTenantAccess", "tenant", "visibility",
    ];

    [Fact]
    public async Task Nothing_a_caller_sends_breaks_the_service()
    {
        for (var number = 0; number < Requests; number++)
        {
            var (method, path, json) = (Pick(Methods), Path(), random.Next(3) == 0 ? null : Value(4));
            using var content = json is null || method is "GET" or "HEAD" ? null : TestApp.Json(json);
            using var answer = await running.Cloud.App.SendAsync(
                new HttpMethod(method), path,
                random.Next(12) == 0 ? Pick(Words.Where(IsSendable)) : running.Cloud.Demo.Token, content,
                ("OpenStack-API-Version", $"compute 2.{random.Next(0, 99)}"));
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var what = $"#{number} {method} {path} {json} was answered {(int)answer.StatusCode} {text}";
            Assert.True((int)answer.StatusCode is < 500 or 503, what);
            Assert.True(
                text.Length == 0 || answer.Content.Headers.ContentType?.MediaType is not "application/json"
                    || IsJson(text), what);
        }
    }

    private string Path()
    {
        var path = (Pick(Roots) + Pick(Rests)).Replace(
            "PROJECT", running.Cloud.Demo.ProjectId, StringComparison.Ordinal)
            .Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal);
        while (path.Contains("ID", StringComparison.Ordinal))
        {
            var id = random.Next(3) == 0 ? Escape(Pick(Words)) : running.Server.ToString();
            path = path[..path.IndexOf("ID", StringComparison.Ordinal)] + id
                + path[(path.IndexOf("ID", StringComparison.Ordinal) + 2)..];
        }
        var query = string.Join(
            '&', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Escape(Pick(Keys))}={Escape(Pick(Words))}"));
        return (path.Length == 0 ? "/" : path) + (query.Length == 0 ? "" : $"?{query}");
    }

    private string Value(int depth) => random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "-1e30",
        2 => random.Next(-2, 200).ToString(System.Globalization.CultureInfo.InvariantCulture),
        3 or 4 => Text(random.Next(5) == 0 ? running.Cloud.Image : Pick(Words)),
        5 => random.Next(8) == 0 ? "{" : "\"42\"",
        6 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(depth - 1)))}]",
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => $"{Text(Pick(BodyKeys))}:{Value(depth - 1)}")) + "}",
    };

    private T Pick<T>(IEnumerable<T> from) => random.GetItems([.. from], 1)[0];

    private static string Text(string text) => JsonSerializer.Serialize(text);

    /// <summary>Percent-encodes a text, with half of a surrogate pair as the bytes it would have.</summary>
    private static string Escape(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"%{b:X2}"));

    private static bool IsSendable(string text) => text.All(character => character is > ' ' and < (char)127);

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
