using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>createImage: makes an image of the server's disk.</summary>
internal sealed class CreateImage(Snapshots snapshots) : SnapshotWorkflow(snapshots)
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:servers:create_image");

    public override string Action => ActionNames.CreateImage;

    public override ActionRoute Route => new("createImage", Rule) { Body = Body, PassesLocks = true };

    protected override string Pending => TaskStates.ImageSnapshotPending;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Snapshot(work)];

    protected override SnapshotRequest ReadAsked(JsonElement asked, Microversion version)
        => new(asked.GetProperty("name").GetString()!.Trim(), CreateRequest.Pairs(asked));

    private Step Snapshot(ServerWork work)
    {
        var image = work.Arguments<CreateImageArguments>().Image;
        return new(EventNames.Snapshot, ct => CopyAsync(work, image, ct))
        {
            TaskState = TaskStates.ImageSnapshot,
            Undo = ct => UndoAsync(work, image, ct),
        };
    }

    private static Schema Body(Microversion version, bool relaxed)
    {
        var name = relaxed ? Parameters.RelaxedName : Parameters.Name;
        return Schema.Body(
            "createImage",
            Schema.Object(("name", name), ("metadata", Parameters.Metadata)) with { Required = ["name"] });
    }
}
