using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Exports;

/// <summary>Limits how many exports this node sends at the same time, to all and to one user.</summary>
internal sealed class ExportSlots(IOptions<ExportOptions> options)
{
    private const int RetryAfter = 10;

    private readonly Lock changing = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);

    /// <returns>Gives the slot back when it is disposed of.</returns>
    /// <exception cref="Fault">429 or 503: there are as many as there may be.</exception>
    public IDisposable Take(string userId)
    {
        lock (changing)
        {
            var own = taken.GetValueOrDefault(userId);
            if (own >= options.Value.MostOfOneUser)
                throw new Fault(StatusCodes.Status429TooManyRequests,
                    $"You have {own} exports under way on this node, and may have no more. Try again when one ended.")
                {
                    RetryAfter = RetryAfter,
                };
            if (taken.Values.Sum() >= options.Value.MostAtOnce)
                throw Fault.Unavailable("This node sends as many exports as it may. Try again later.", RetryAfter);
            taken[userId] = own + 1;
        }
        return new Slot(this, userId);
    }

    private void GiveBack(string userId)
    {
        lock (changing)
        {
            if (--taken[userId] == 0)
                taken.Remove(userId);
        }
    }

    private sealed class Slot(ExportSlots slots, string userId) : IDisposable
    {
        public void Dispose() => slots.GiveBack(userId);
    }
}
