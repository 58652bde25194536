using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Nodes;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// migrate: lets an administrator move the server to another host, with the flavor it has; see
/// <see cref="MovingWorkflow{TAsked}"/>.
/// </summary>
internal sealed class MigrateServer(HostWatch hosts) : MovingWorkflow<MigrateServer.Asked>
{
    public static readonly Rule Rule = Rule.Admin("os_compute_api:os-migrate-server:migrate");

    public static readonly Rule RuleForHost = Rule.Admin("os_compute_api:os-migrate-server:migrate:host");

    public override string Action => ActionNames.Migrate;

    public override ActionRoute Route => new("migrate", Rule) { Body = Body };

    public override IReadOnlyList<Step> Steps(ServerWork work)
        => [ColdMigrate(work), PrepResize(work), ResizeInstance(work), FinishResize(work)];

    protected override Asked ReadAsked(JsonElement asked, Microversion version) => new(
        version >= 56 && asked.ValueKind == JsonValueKind.Object && asked.TryGetProperty("host", out var host)
            ? host.GetString() : null);

    protected override IEnumerable<Rule> FurtherRules(Asked asked) => asked.Host is null ? [] : [RuleForHost];

    protected override async Task<Accepted> PrepareAsync(
        Server server, Asked asked, ActionRequest request, CancellationToken cancellationToken)
    {
        if (asked.Host is { } host && await hosts.FindAsync(host, cancellationToken) is null)
            throw Fault.BadRequest($"Compute host {host} could not be found.");
        if (asked.Host == server.Host)
            throw Fault.BadRequest("Cannot migrate to the host where the server exists.");
        return Accept(
            server, new ResizeArguments(server.Flavor, server.Disk!.Generation) { Host = asked.Host, Leaves = true });
    }

    private static Schema Body(Microversion version, bool relaxed) => relaxed || version < 56
        ? Schema.Any
        : Schema.Body("migrate", Schema.Object(("host", Host)) with { Types = ["object", "null"] });

    private static Schema Host => Parameters.Fqdn with { Types = ["string", "null"] };

    /// <summary>The host that the server is to be on; null for any other.</summary>
    internal sealed record Asked(string? Host);
}
