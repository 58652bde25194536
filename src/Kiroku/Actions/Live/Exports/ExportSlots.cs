using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Actions.Live.Exports;

/// <summary>Limits how many exports this node sends at the same time, to all and to one user.</summary>
internal sealed class ExportSlots(IOptions<ExportOptions> options)
    : Places<string>(options.Value.MostAtOnce, options.Value.MostOfOneUser)
{
    protected override int RetryAfter => 10;

    protected override string AllTaken => "This node sends as many exports as it may. Try again later.";

    protected override string OwnTaken(int own)
        => $"You have {own} exports under way on this node, and may have no more. Try again when one ended.";
}
