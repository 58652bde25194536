using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Kiroku.Api;

namespace Kiroku.Actions.Feed;

/// <summary>
/// A place in the feed of a store: what was told up to here. Valid for one generation of the store, because a store
/// that was restored or copied counts anew.
/// </summary>
/// <param name="Generation">The store's generation.</param>
/// <param name="Number">The position of the last action that was told.</param>
/// <param name="Id">That action's id: several may have one position.</param>
internal sealed record FeedPosition(string Generation, long Number, long Id)
{
    private const char Separator = '.';

    /// <summary>
    /// The place of an action's last change, if this is the position at which the action was read; null if it changed
    /// last before the feed began. A change that other transactions may still come before has this very place.
    /// </summary>
    public FeedPosition? Of(ActionRecord action) => action.Position switch
    {
        0 => null,
        var number when number <= Number => this with { Number = number, Id = action.Id },
        _ => this,
    };

    /// <summary>Whether this place comes after another one of the same store.</summary>
    public bool IsAfter(FeedPosition other) => (Number, Id).CompareTo((other.Number, other.Id)) > 0;

    /// <summary>The opaque text that clients keep.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Generation}{Separator}{Number}{Separator}{Id}");

    public static bool TryParse(string text, [NotNullWhen(true)] out FeedPosition? position)
    {
        position = text.Split(Separator) is [{ Length: > 0 } generation, var number, var id]
            && IsCount(number, out var parsedNumber) && IsCount(id, out var parsedId)
            ? new FeedPosition(generation, parsedNumber, parsedId)
            : null;
        return position is not null;
    }

    private static bool IsCount(string text, out long number)
        => WholeNumber.TryParse(text, NumberStyles.None, out number);
}
