using Dapper;

namespace Kiroku.Actions;

/// <summary>
/// The right to write what is done to a server, as statements that hold its row, see
/// <see cref="Storage.IDatabase.WriteHeldAsync"/>: servers are known in their own room. Each adds the values of its
/// parameters.
/// </summary>
internal interface IFence
{
    /// <summary>Finds the server's row if the right stands.</summary>
    string Hold(DynamicParameters values);

    /// <summary>Has the server show what is being done to it, if the right stands.</summary>
    string ShowTaskState(DynamicParameters values, string taskState, DateTime now);
}

/// <summary>
/// The right to act is lost: the action has ended or gone over to another run, or another action has begun. The caller
/// must stop without a trace.
/// </summary>
[GenerateSerializer]
internal sealed class FencedException() : Exception("Something else has been done with the server meanwhile.");
