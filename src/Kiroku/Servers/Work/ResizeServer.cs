using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Flavors;
using Kiroku.Quotas;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>resize: gives the server another flavor; see <see cref="MovingWorkflow{TAsked}"/>.</summary>
internal sealed class ResizeServer(FlavorStore flavors, ServerImages images, QuotaStore quotas)
    : MovingWorkflow<ResizeServer.Asked>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:resize");

    private static readonly Schema Wishes = Schema.Object(
        ("flavorRef", Parameters.FlavorRef), ("OS-DCF:diskConfig", Parameters.DiskConfig));

    private static readonly Schema Body = Schema.Body("resize", Wishes with { Required = ["flavorRef"] });

    public override string Action => ActionNames.Resize;

    public override ActionRoute Route => new("resize", Rule) { Body = (_, _) => Body };

    public override IReadOnlyList<Step> Steps(ServerWork work)
        => [ColdMigrate(work), PrepResize(work), ResizeInstance(work), FinishResize(work)];

    protected override Asked ReadAsked(JsonElement asked, Microversion version)
    {
        var reference = asked.GetProperty("flavorRef");
        return new Asked(
            reference.ValueKind == JsonValueKind.String ? reference.GetString()! : reference.GetRawText(),
            asked.TryGetProperty("OS-DCF:diskConfig", out var disk) ? disk.GetString() : null);
    }

    protected override async Task<Accepted> PrepareAsync(
        Server server, Asked asked, ActionRequest request, CancellationToken cancellationToken)
    {
        if (asked.FlavorId == server.Flavor.Id)
            throw Fault.BadRequest("When resizing, instances must change flavor!");
        var viewer = new FlavorViewer(request.ProjectId!, request.ByAdmin);
        var flavor = await flavors.FindAsync(asked.FlavorId, viewer, cancellationToken)
            ?? throw Fault.BadRequest($"Flavor {asked.FlavorId} could not be found.");
        if (flavor.DiskGib == 0)
            throw Fault.BadRequest(
                "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.");
        var growth = new ProjectGrowth(
            Math.Max(0, flavor.Vcpus - server.Flavor.Vcpus), Math.Max(0, flavor.MemoryMib - server.Flavor.MemoryMiB));
        (await quotas.GetForServersAsync(server.ProjectId, cancellationToken)).Require(growth);
        var arguments = new ResizeArguments(ServerFlavors.Of(flavor), server.Disk!.Generation);
        await images.RequireRoomAsync(server, arguments.Flavor, cancellationToken);
        var labels = server.Labels with { DiskConfig = asked.DiskConfig ?? server.Labels.DiskConfig };
        return Accept(server with { Labels = labels, NextFlavor = arguments.Flavor }, arguments) with
        {
            // Several resizes at once may not all fit, and by now the server's row says what it grows to.
            AlsoWrite = growth.IsNone
                ? null
                : connection => quotas.RequireGrownAsync(connection, server.ProjectId, growth),
        };
    }

    /// <summary>
    /// The flavor that the server is to take, and its new OS-DCF:diskConfig; null leaves that as it was.
    /// </summary>
    internal sealed record Asked(string FlavorId, string? DiskConfig);
}
