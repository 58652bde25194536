using Kiroku.Ui.Looks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiroku.Ui.Visits;

/// <summary>Shows a form that could not be taken, so that what was typed is kept and can be sent once more.</summary>
internal static class SendAgain
{
    /// <summary>Whether a request has what can be sent once more.</summary>
    public static bool HasForm(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.HasFormContentType;

    /// <param name="context">The request with the form.</param>
    /// <param name="status">The answer's.</param>
    /// <param name="text">The key of the text that says why.</param>
    public static async Task<IResult> PageAsync(HttpContext context, int status, string text)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return new RazorComponentResult<SendAgainPage>(new { Fields = TypedFields.Of(form), Text = text })
        {
            StatusCode = status,
        };
    }
}
