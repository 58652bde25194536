using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// createBackup: makes an image of the server's disk, and deletes the oldest of its backups of the same type beyond the
/// number to keep (nova/compute/manager.py, backup_instance).
/// </summary>
internal sealed class CreateBackup(Snapshots snapshots) : SnapshotWorkflow(snapshots)
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-create-backup");

    private const string Type = "backup_type";
    private const string Rotation = "rotation";
    private readonly Snapshots snapshots = snapshots;

    public override string Action => ActionNames.CreateBackup;

    public override ActionRoute Route => new("createBackup", Rule) { Body = Body, PassesLocks = true };

    protected override string Pending => TaskStates.ImageBackup;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Backup(work)];

    protected override SnapshotRequest ReadAsked(JsonElement asked, Microversion version)
    {
        var terms = new BackupTerms(
            asked.GetProperty(Type).GetString()!, WholeNumber.Read(asked.GetProperty(Rotation)));
        var metadata = new Dictionary<string, string>(CreateRequest.Pairs(asked)) { [Type] = terms.Type };
        return new(asked.GetProperty("name").GetString()!.Trim(), metadata) { Backup = terms };
    }

    private Step Backup(ServerWork work)
    {
        var asked = work.Arguments<CreateImageArguments>();
        var (image, terms) = (asked.Image, asked.Backup!);
        return new(EventNames.Backup, async ct =>
        {
            // Of a backup that is not kept, no disk needs to be copied.
            await (terms.Rotation > 0 ? CopyAsync(work, image, ct) : snapshots.GiveUpAsync(image, ct));
            await work.PassNoReturnAsync(ct);
            await snapshots.RotateAsync(work.Server, image, terms, ct);
        })
        {
            TaskState = TaskStates.ImageBackup,
            Undo = ct => UndoAsync(work, image, ct),
        };
    }

    private static Schema Body(Microversion version, bool relaxed)
    {
        var backup = Schema.Object(
            ("name", relaxed ? Parameters.RelaxedName : Parameters.Name),
            (Type, Parameters.Text),
            (Rotation, Parameters.PositiveInteger with { Minimum = 0 }),
            ("metadata", Parameters.Metadata));
        return Schema.Body("createBackup", backup with { Required = ["name", Type, Rotation] });
    }
}
