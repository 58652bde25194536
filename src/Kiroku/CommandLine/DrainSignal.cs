using System.Runtime.InteropServices;

namespace Kiroku.CommandLine;

/// <summary>
/// SIGUSR1, with which <c>kiroku drain</c> tells a service to take no new work and to end when its running actions
/// have ended.
/// </summary>
internal sealed class DrainSignal : IDisposable
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration registration;

    public DrainSignal() => registration = PosixSignalRegistration.Create((PosixSignal)RunningProcess.Drain, context =>
    {
        context.Cancel = true;
        asked.TrySetResult();
    });

    /// <summary>Completes when the signal arrives.</summary>
    public Task Asked => asked.Task;

    public void Dispose() => registration.Dispose();
}
