using System.Data.Common;
using Dapper;

namespace Kiroku.Actions;

/// <summary>
/// The right to write for a running action: valid while its server still names that action and epoch. Every write of a
/// workflow shows it, so that one which was overtaken or taken up elsewhere changes nothing, however late it wakes.
/// </summary>
[GenerateSerializer, Immutable]
internal sealed record Fence([property: Id(0)] Guid ServerId, [property: Id(1)] string RequestId, [property: Id(2)] long Epoch)
{
    /// <summary>Takes the server's row for the rest of the transaction.</summary>
    /// <exception cref="FencedException">The action is no longer this server's running one.</exception>
    public async Task HoldAsync(DbConnection connection)
    {
        const string Sql = "UPDATE servers SET epoch = epoch WHERE id = @ServerId AND running_action = @RequestId AND epoch = @Epoch";
        if (await connection.ExecuteAsync(Sql, this) != 1)
            throw new FencedException();
    }
}

/// <summary>A workflow wanted to write after its action had ended or moved on; it must stop without a trace.</summary>
[GenerateSerializer]
internal sealed class FencedException() : Exception("The action is no longer this server's running one.");
