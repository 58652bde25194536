namespace Kiroku.Ui.Looks;

/// <summary>What the page's head leads to.</summary>
public enum Area
{
    /// <summary>None of them, as signing in.</summary>
    None,
    Servers,
    Actions,
    Operators,
}
