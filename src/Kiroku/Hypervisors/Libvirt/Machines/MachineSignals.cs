using System.Collections.Concurrent;

namespace Kiroku.Hypervisors.Libvirt.Machines;

/// <summary>The signals that wake those who wait for a machine's next change of state.</summary>
internal sealed class MachineSignals
{
    private readonly ConcurrentDictionary<Guid, Signal> waiting = new();

    /// <summary>
    /// The signal of the machine's next change. There is one waiter per machine, as it holds the machine's place.
    /// </summary>
    public Signal Next(Guid machine) => waiting[machine] = new Signal(this, machine);

    public void Changed(Guid machine)
    {
        if (waiting.TryGetValue(machine, out var signal))
            signal.Set();
    }

    internal sealed class Signal(MachineSignals signals, Guid machine) : IDisposable
    {
        private readonly TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Set() => changed.TrySetResult();

        /// <summary>Waits for the change or for the time, whichever is first.</summary>
        public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        {
            try
            {
                await changed.Task.WaitAsync(limit, time, cancellationToken);
            }
            catch (TimeoutException)
            {
            }
        }

        public void Dispose() => signals.waiting.TryRemove(KeyValuePair.Create(machine, this));
    }
}
