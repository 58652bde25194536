using System.Data.Common;
using Dapper;

namespace Kiroku.Actions;

/// <summary>
/// The right to act on a server: valid while its row still names that action and epoch. Every write of a workflow shows
/// it, so that one which was overtaken or taken up elsewhere changes nothing, however late it wakes. With no action it
/// is the right of who tidies up while nothing runs, until something begins.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record Fence(
    [property: Id(0)] Guid ServerId, [property: Id(1)] string? RequestId, [property: Id(2)] long Epoch)
{
    /// <summary>The condition on a server's row.</summary>
    public const string Holds = "id = @ServerId AND running_action IS NOT DISTINCT FROM @RequestId AND epoch = @Epoch";

    /// <summary>Takes the server's row for the rest of the transaction.</summary>
    /// <exception cref="FencedException">The right is lost.</exception>
    public async Task HoldAsync(DbConnection connection)
    {
        if (await connection.ExecuteAsync($"UPDATE servers SET epoch = epoch WHERE {Holds}", this) != 1)
            throw new FencedException();
    }
}

/// <summary>
/// Something was to be done for an action that had ended or moved on, or though one had begun; it must stop without a
/// trace.
/// </summary>
[GenerateSerializer]
internal sealed class FencedException() : Exception("Something else has been done with the server meanwhile.");
