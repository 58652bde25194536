// The namespace is part of the name by which nodes of two versions know it, so it is not the folder's.
namespace Kiroku.Servers;

/// <summary>Where everything that is done to one server passes, one thing at a time.</summary>
internal interface IServerGrain : IGrainWithGuidKey
{
    /// <summary>
    /// Begins an action if the server allows it, and answers once that is durable; the action goes on by itself.
    /// </summary>
    Task<ActionAnswer> Begin(ActionRequest request);

    /// <summary>
    /// Goes on with the action that the server's row names, if nobody does. Who asks asks again: no answer that is lost
    /// is to keep them.
    /// </summary>
    [ResponseTimeout("00:00:10")]
    Task GoOn();

    /// <summary>Has a look at the machine, whose state may have changed without us.</summary>
    Task LookAtMachine();

    /// <summary>
    /// Deletes a volume of this server's on a host if its row does not name it there and nothing runs that may be
    /// making it.
    /// </summary>
    /// <returns>Whether it was deleted.</returns>
    Task<bool> Sweep(string volume, string host);

    /// <summary>Ends a machine of this server's on a host where none should be, and keeps its disks aside.</summary>
    /// <returns>False if that has to wait.</returns>
    Task<bool> PutAside(string host);
}
