using System.Text;
using Kiroku.Tests.Actions.Live.Description;

namespace Kiroku.Tests.Webhooks;

/// <summary>What <c>openapi.json</c> says of subscriptions, against what is served.</summary>
public sealed class SubscriptionsDescriptionTests
{
    private const string One = $"{HookCloud.Path}/{{id}}";
    private const string None = "00000000-0000-0000-0000-000000000000";

    private static readonly (string Operation, string By, string Query, string? Body, int Status)[] Requests =
    [
        ($"GET {HookCloud.Path}", "demo", "?page_size=1", null, 200),
        ($"GET {HookCloud.Path}", "demo", "?page_size=0", null, 400),
        ($"GET {HookCloud.Path}", "demo", "?all_projects=true", null, 403),
        ($"POST {HookCloud.Path}", "demo", "", """{"url":"URL"}""", 201),
        ($"POST {HookCloud.Path}", "demo", "", """{"url":"ftp://hooks.example/"}""", 400),
        ($"POST {HookCloud.Path}", "reader", "", """{"url":"URL"}""", 403),
        ($"GET {One}", "demo", "", null, 200),
        ($"PATCH {One}", "demo", "", """{"description":"for the tickets"}""", 200),
        ($"GET {One}", "demo", "?x=1", null, 400),
        ($"PATCH {One}", "demo", "", """{"enabled":"no"}""", 400),
        .. WithWrongBodies(
            $"POST {HookCloud.Path}", $"PATCH {One}", $"POST {One}/redeliver", $"POST {One}/rotate-secret",
            $"POST {One}/test"),
        ($"POST {One}/rotate-secret", "demo", "", null, 200),
        ($"POST {One}/rotate-secret", "demo", "", "[1]", 400),
        ($"GET {One}", "demo", "", null, 200),
        ($"GET {One}/deliveries", "demo", "?page_size=1", null, 200),
        ($"GET {One}/deliveries", "demo", "?state=lost", null, 400),
        ($"POST {One}/redeliver", "demo", "", null, 202),
        ($"POST {One}/redeliver", "demo", "", """{"deliveries":[]}""", 400),
        ($"POST {One}/test", "demo", "", null, 200),
        ($"POST {One}/test", "demo", "?x=1", null, 400),
        ($"PATCH {One}", "demo", "", """{"enabled":false}""", 200),
        ($"POST {One}/redeliver", "demo", "", null, 409),
        ($"DELETE {One}", "demo", "?x=1", null, 400),
        .. OfAnother(403, "nobody", "ID"),
        .. OfAnother(404, "demo", None),
        ($"DELETE {One}", "demo", "", null, 204),
    ];

    [Fact]
    public async Task Every_status_and_field_of_subscriptions_is_served_and_nothing_else_is()
    {
        await using var hooks = await HookCloud.StartAsync(("Webhooks:MaxPerProject", "-1"));
        var api = await ApiDescription.ReadAsync(hooks.Cloud.App);
        var operations = api.Operations.Where(
            operation => operation.Path.StartsWith(HookCloud.Path, StringComparison.Ordinal)).ToList();
        Assert.Equal(
            operations.SelectMany(operation => operation.OwnStatuses).Order(),
            Requests.Select(request => $"{request.Operation} {request.Status}").Distinct().Order());
        var id = await PrepareAsync(hooks);
        var people = await PeopleAsync(hooks);
        foreach (var (name, by, query, body, status) in Requests)
        {
            var operation = operations.Single(one => one.Name == name);
            var path = operation.Path.Replace("{id}", query == None ? None : id, StringComparison.Ordinal)
                + (query is None or "ID" ? "" : query);
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
            request.Headers.Add("X-Auth-Token", people[by].Token);
            if (body is not null)
                request.Content = new StringContent(
                    body.Replace("URL", hooks.Receiver.Url, StringComparison.Ordinal), Encoding.UTF8,
                    body.StartsWith('<') ? "application/xml" : "application/json");
            using var answer = await hooks.Cloud.App.Http.SendAsync(request, TestContext.Current.CancellationToken);
            await api.CheckAsync(operation, status, answer);
        }
        // Only filters have columns, and only a restored store has gaps and a receiver that fails has reasons.
        Assert.Empty(api.FieldsOf(operations).Except(api.Seen).Except(
        [
            "ProblemDocument.column", "SubscriptionDocument.gap_time", "SubscriptionDocument.disabled_reason",
            "DeliveryDocument.response", "DeliveryDocument.error",
        ]));
    }

    /// <summary>Each route refuses whoever may not use it, and for what is not there.</summary>
    private static IEnumerable<(string, string, string, string?, int)> OfAnother(int status, string by, string id)
        => new[]
        {
            $"GET {One}", $"PATCH {One}", $"DELETE {One}", $"POST {One}/rotate-secret", $"GET {One}/deliveries",
            $"POST {One}/redeliver", $"POST {One}/test",
        }.Select(operation => (operation, by, id, (string?)null, status));

    /// <summary>Whatever takes a body refuses one that is too large, and one that is no JSON.</summary>
    private static IEnumerable<(string, string, string, string?, int)> WithWrongBodies(params string[] operations)
        => operations.SelectMany(operation => new[]
        {
            (operation, "demo", "", (string?)new string(' ', 200_000), 413), (operation, "demo", "", "<xml/>", 415),
        });

    /// <summary>Two subscriptions, and two deliveries of the first one.</summary>
    private static async Task<string> PrepareAsync(HookCloud hooks)
    {
        var subscription = await hooks.SubscribeAsync();
        await hooks.SubscribeAsync();
        var server = await hooks.Cloud.CreateServerAsync();
        await hooks.Cloud.DoAsync(server, """{"os-stop":null}""");
        await hooks.Cloud.UntilAsync(async () => (await hooks.DeliveriesAsync(subscription)).Count == 2);
        return (string)subscription["id"]!;
    }

    private static async Task<Dictionary<string, TestUser>> PeopleAsync(HookCloud hooks) => new()
    {
        ["demo"] = hooks.Demo,
        ["reader"] = await People.AddAsync(hooks.Cloud.App, "reader", "demo", "reader"),
        ["nobody"] = await People.AddAsync(hooks.Cloud.App, "nobody", "demo", "someone"),
    };
}
