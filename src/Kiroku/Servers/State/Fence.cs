using System.Data.Common;
using Dapper;

// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Actions;

/// <summary>
/// The right to act on a server, valid while its row still names that action and epoch. Every write of a workflow
/// checks it, so that a run that was overtaken changes nothing, however late it wakes. Without an action it is the
/// right to tidy up while no action runs.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record Fence(
    [property: Id(0)] Guid ServerId, [property: Id(1)] string? RequestId, [property: Id(2)] long Epoch) : IFence
{
    /// <summary>The condition on a server's row.</summary>
    public const string Holds = "id = @ServerId AND running_action IS NOT DISTINCT FROM @RequestId AND epoch = @Epoch";

    public async Task HoldAsync(DbConnection connection)
    {
        if (await connection.ExecuteAsync($"UPDATE servers SET epoch = epoch WHERE {Holds}", this) != 1)
            throw new FencedException();
    }

    public string Hold(DynamicParameters values)
    {
        values.AddDynamicParams(this);
        return $"SELECT id FROM servers WHERE {Holds}";
    }

    public string ShowTaskState(DynamicParameters values, string taskState, DateTime now)
    {
        values.AddDynamicParams(this);
        values.AddDynamicParams(new { taskState, now });
        return $"UPDATE servers SET task_state = @taskState, updated_at = @now WHERE {Holds} RETURNING id";
    }
}
