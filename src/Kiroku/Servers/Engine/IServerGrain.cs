// Nodes of another version know this type by its full name, so its namespace is not the folder's.
namespace Kiroku.Servers;

/// <summary>
/// A server's grain, through which everything that is done to the server passes, one thing at a time.
/// </summary>
internal interface IServerGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Begins an action if the server allows it, and answers once the acceptance is durable. The action then goes on by
    /// itself.
    /// </summary>
    Task<ActionAnswer> Begin(ActionRequest request);

    /// <summary>
    /// Goes on with the action that the server's row names, if nobody runs it. Callers repeat the call anyway, so none
    /// waits long for an answer that was lost.
    /// </summary>
    [ResponseTimeout("00:00:10")]
    Task GoOn();

    /// <summary>
    /// Says that the action that the server's row names was cancelled there: a run of it here is told to stop, and the
    /// action is undone. The store has decided that already, so nothing is lost if the call is.
    /// </summary>
    [ResponseTimeout("00:00:10")]
    Task NoticeCancel();

    /// <summary>
    /// Compares the machine's state with the server's, because the machine may have changed by itself.
    /// </summary>
    Task LookAtMachine();

    /// <summary>
    /// Deletes one of this server's volumes on a host, unless the server's row names it there or a running action may
    /// be making it.
    /// </summary>
    /// <returns>Whether the volume was deleted.</returns>
    Task<bool> Sweep(string volume, string host);

    /// <summary>
    /// Removes this server's machine from a host that should not have one, and keeps the disks there.
    /// </summary>
    /// <returns>False if this has to wait.</returns>
    Task<bool> PutAside(string host);
}
