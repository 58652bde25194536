using Kiroku.Ui.Actions;
using Kiroku.Ui.Looks;

namespace Kiroku.Ui.Servers;

/// <summary>All that the pages of one server show.</summary>
public sealed record ServerShown
{
    public required Guid Id { get; init; }

    /// <summary>Null for one that is deleted, of which the record is left.</summary>
    public required ServerDetail? Server { get; init; }

    /// <summary>Its actions, newest first.</summary>
    public required ActionsFacts History { get; init; }

    public bool IsFirstPage { get; init; }

    /// <summary>The name of its image; null if that is gone.</summary>
    public string? Image { get; init; }

    /// <summary>What can be done to it now.</summary>
    public IReadOnlyList<ServerAct> Acts { get; init; } = [];

    /// <summary>What it can be changed to; null if it cannot be changed now.</summary>
    public Choices? Choices { get; init; }

    /// <summary>Why what was asked was refused; null if nothing was.</summary>
    public PageProblem? Problem { get; init; }

    /// <summary>What was refused.</summary>
    public string? Tried { get; init; }

    /// <summary>What was typed for it.</summary>
    public IReadOnlyDictionary<string, string> Typed { get; init; } = new Dictionary<string, string>();

    public string Path => ServerFacts.PathOf(Id);

    public string Name => Server?.Shown ?? Newest?.Server.Shown ?? $"{Id}";

    public bool IsRunning => Server?.TaskState is not null || History.Actions.Any(action => !action.Done);

    /// <summary>
    /// What the page's forms are known by, another each time it is made: who sees it anew may do the same anew.
    /// </summary>
    public string Once { get; } = $"{Guid.NewGuid():N}";

    private ActionFacts? Newest => History.Actions is [var newest, ..] ? newest : null;

    /// <summary>What was typed into a field of an act that was refused; another value for other acts.</summary>
    public string TypedOr(string act, string field, string otherwise)
        => Tried == act ? Typed.GetValueOrDefault(field, otherwise) : otherwise;
}
