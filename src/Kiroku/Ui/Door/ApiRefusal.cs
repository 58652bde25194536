namespace Kiroku.Ui.Door;

/// <summary>The API refused what a page cannot do without.</summary>
internal sealed class ApiRefusal(ApiAnswer answer) : Exception(answer.Message() ?? $"The API answered {answer.Status}.")
{
    public ApiAnswer Answer { get; } = answer;
}
